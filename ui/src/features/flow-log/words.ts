import type { ErrorView, FlowStepView, FlowView } from "../../ipc";
import { duration } from "../../lib/format";

/** The steps of a flow for a person. */
const STEP_NAMES: Record<string, string> = {
  discovery: "Discovery",
  registration: "Client registration",
  pushed_authorization: "Request pushed",
  authorization: "Sign-in opened in browser",
  device_authorization: "Device code request",
  backchannel_authentication: "Sign-in request",
  callback: "Callback received",
  token: "Token request",
  refresh: "Refresh request",
  jwks: "Signing keys",
  id_token: "ID token verified",
  userinfo: "User info",
  introspection: "Introspection",
  revocation: "Revocation",
  end_session: "Sign-out",
  store: "Stored encrypted",
};

/** What a step is called when it failed, where the usual name would claim success. */
const FAILED_NAMES: Record<string, string> = {
  authorization: "Sign-in",
  callback: "Callback",
  id_token: "ID token check",
  store: "Storing the tokens",
};

export function stepName({ step, result }: Pick<FlowStepView, "step" | "result">): string {
  return (result === "failed" ? FAILED_NAMES[step] : undefined) ?? STEP_NAMES[step] ?? step;
}

/** What a flow was about: the step that says the most. */
export function flowName({ steps }: Pick<FlowView, "steps">): string {
  const telling = [
    "refresh",
    "introspection",
    "userinfo",
    "revocation",
    "end_session",
    "registration",
    "token",
  ];
  const step = telling.map((name) => steps.find((one) => one.step === name)).find(Boolean) ?? steps.at(-1);
  return step ? stepName(step) : "Nothing yet";
}

/** A failure for somebody else to read: what happened, and each step until then. Secrets were blanked before. */
export function failureReport(failure: ErrorView): string {
  const { code, oauthError, message, cause, nextStep, flow } = failure;
  const head = `**${message}** (${[code, oauthError].filter(Boolean).join(", ")})`;
  return [head, cause, nextStep, flowAsText(flow)].filter(Boolean).join("\n\n");
}

/** From the start of the first step to the end of the last. */
export function flowDuration(steps: readonly FlowStepView[]): number {
  if (steps.length === 0) return 0;
  const start = Math.min(...steps.map((step) => step.at));
  return Math.max(...steps.map((step) => step.at + step.ms)) - start;
}

/** The whole log as Markdown; its secrets were blanked before it came here. */
export function flowAsText(steps: readonly FlowStepView[]): string {
  return steps.map(stepAsText).join("\n\n");
}

export function stepAsText(step: FlowStepView, index?: number): string {
  const number = index === undefined ? "" : `${index + 1}. `;
  const lines = [`${number}**${stepName(step)}** (${step.result}, ${duration(step.ms)})`];
  if (step.detail) lines.push(`   ${step.detail}`);
  if (!step.exchange) return lines.join("\n");
  const { method, url, requestHeaders, requestBody, status, responseHeaders, responseBody } = step.exchange;
  const headers = (pairs: [string, string][]) => pairs.map(([name, value]) => `${name}: ${value}`);
  const message = (first: string, pairs: [string, string][], body: string) =>
    ["```http", first, ...headers(pairs), ...(body ? ["", body] : []), "```"].join("\n");
  lines.push(message(`${method} ${url}`, requestHeaders, requestBody));
  lines.push(message(status ? `HTTP ${status}` : "No answer", responseHeaders, responseBody));
  return lines.join("\n");
}
