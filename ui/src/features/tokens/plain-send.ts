import type { AuthView, WillSendView } from "../../ipc";

const LEAD = "This request will send";

/** What a request without OAuth will send. Of a secret no more than dots are shown. */
export function plainSend(auth: AuthView | null): WillSendView {
  const text = (name: string) => {
    const value = auth?.params[name];
    return typeof value === "string" ? value : "";
  };
  const has = (name: string) => text(name) !== "" || auth?.secrets.includes(name);
  const shown = (name: string) => text(name) || "••••••";
  const missing = (what: string): WillSendView => ({
    tone: "warn",
    lead: LEAD,
    header: null,
    value: null,
    tail: `no Authorization: ${what}`,
  });
  switch (auth?.type) {
    case "bearer":
      return has("token")
        ? header("Authorization", `Bearer ${shown("token")}`, "(bearer token)")
        : missing("no token yet");
    case "basic":
      return has("username") || has("password")
        ? header("Authorization", "Basic ••••••", `(user “${shown("username")}”)`)
        : missing("no user name yet");
    case "apikey": {
      if (!has("key")) return missing("no key name yet");
      const inQuery = text("in") === "query";
      return header(
        text("key"),
        has("value") ? shown("value") : "",
        inQuery ? "in the query (API key)" : "(API key)",
      );
    }
    case undefined:
    case "noauth":
      return { tone: "calm", lead: LEAD, header: null, value: null, tail: "no Authorization" };
    default:
      return missing("this kind is kept but not sent yet");
  }
}

function header(name: string, value: string, tail: string): WillSendView {
  return { tone: "calm", lead: LEAD, header: name, value, tail };
}
