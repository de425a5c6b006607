import type { ErrorView } from "./bindings";

/** A command that failed, with what a person needs to know. Every command rejects with one of these. */
export class Failure extends Error {
  readonly view: ErrorView;

  constructor(view: ErrorView) {
    super(view.message);
    this.name = "Failure";
    this.view = view;
  }

  /** Whatever was thrown, as a failure. */
  static from(thrown: unknown): Failure {
    if (thrown instanceof Failure) return thrown;
    if (isErrorView(thrown)) return new Failure(thrown);
    return new Failure({
      code: "unexpected",
      oauthError: null,
      message: "Something went wrong inside Gatepass",
      cause: thrown instanceof Error ? thrown.message : String(thrown),
      nextStep: "Try again. If it happens again, restart Gatepass: what you saved is kept.",
      fix: null,
      flow: [],
      checks: [],
    });
  }
}

function isErrorView(thrown: unknown): thrown is ErrorView {
  return typeof thrown === "object" && thrown !== null && "code" in thrown && "nextStep" in thrown;
}
