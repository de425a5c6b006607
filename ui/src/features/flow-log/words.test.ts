import { expect, test } from "vitest";
import type { FlowStepView } from "../../ipc";
import { failureReport, flowName } from "./words";

const step = (name: string, result = "ok"): FlowStepView => ({
  step: name,
  result,
  ms: 5,
  detail: "",
  at: 0,
  exchange: null,
});

test("a_flow_is_named_after_what_it_was_for", () => {
  expect(flowName({ steps: [step("discovery"), step("token"), step("store")] })).toBe("Token request");
  expect(flowName({ steps: [step("refresh"), step("store")] })).toBe("Refresh request");
  expect(flowName({ steps: [step("discovery", "failed")] })).toBe("Discovery");
});

test("a_report_tells_what_happened_and_every_step", () => {
  const failure = {
    code: "provider_error",
    oauthError: "invalid_client",
    message: "Refused",
    cause: "Why.",
    nextStep: "Do.",
    fix: null,
    flow: [step("token", "failed")],
    checks: [],
  };
  expect(failureReport(failure)).toBe(
    "**Refused** (provider_error, invalid_client)\n\nWhy.\n\nDo.\n\n1. **Token request** (failed, 5 ms)",
  );
});
