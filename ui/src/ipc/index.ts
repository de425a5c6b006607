export type * from "./bindings";
export { beforeClosing } from "./closing";
export { command } from "./commands";
export { onEvent } from "./events";
export { Failure } from "./failure";
export { setZoom } from "./zoom";
