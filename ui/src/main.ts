import { mount } from "svelte";
import "./styles";
import MainWindow from "./screens/MainWindow.svelte";

const target = document.getElementById("app");
if (!target) throw new Error("index.html has no #app");
mount(MainWindow, { target });
