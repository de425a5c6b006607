export type * from "./bindings";
export { command } from "./commands";
export { onEvent } from "./events";
export { Failure } from "./failure";
