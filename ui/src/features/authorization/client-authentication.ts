import type { SelectOption } from "../../components/select";

/** How a client proves who it is (RFC 6749 §2.3, OpenID Connect Core §9, RFC 8705). */
const METHODS: SelectOption[] = [
  { value: "auto", label: "Automatic", detail: "as the provider asks" },
  { value: "client_secret_basic", label: "Basic auth header" },
  { value: "client_secret_post", label: "In the request body" },
  { value: "client_secret_jwt", label: "JWT signed with the secret" },
  { value: "private_key_jwt", label: "JWT signed with a key" },
  { value: "tls_client_auth", label: "TLS certificate" },
  { value: "self_signed_tls_client_auth", label: "TLS certificate, self-signed" },
  { value: "none", label: "Not at all", detail: "public client" },
];

/** What a method needs beside the client ID. */
export function needsOf(method: string): {
  secret: boolean;
  key: boolean;
  certificate: boolean;
  basic: boolean;
} {
  return {
    secret: ["auto", "client_secret_basic", "client_secret_post", "client_secret_jwt"].includes(method),
    key: method === "private_key_jwt",
    certificate: method.endsWith("tls_client_auth"),
    basic: ["auto", "client_secret_basic"].includes(method),
  };
}

/** Whether the client signs an assertion, which is addressed to somebody. */
export function signsAssertion(method: string): boolean {
  return method === "client_secret_jwt" || method === "private_key_jwt";
}

/** The choices; what the provider does not announce says so, what is set stays among them. */
export function clientAuthenticationOptions(current: string, supported: readonly string[]): SelectOption[] {
  const unknown = METHODS.some(({ value }) => value === current)
    ? []
    : [{ value: current, label: current, detail: "not sent yet" }];
  return [...METHODS, ...unknown].map((option) => {
    const announced = option.value === "auto" || supported.length === 0 || supported.includes(option.value);
    return announced ? option : { ...option, detail: "not announced" };
  });
}
