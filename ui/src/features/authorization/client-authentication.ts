import type { SelectOption } from "../../components/select";

/** How a client proves who it is (RFC 6749 §2.3). */
const METHODS: SelectOption[] = [
  { value: "auto", label: "Automatic", detail: "as the provider asks" },
  { value: "client_secret_basic", label: "Basic auth header" },
  { value: "client_secret_post", label: "In the request body" },
  { value: "none", label: "Not at all", detail: "public client" },
];

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
