// In the order of the cascade.
import "./fonts.css";
import "./tokens.css";
import "./reset.css";
import "./components.css";
import "./overlays.css";
