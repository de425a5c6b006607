import type { JsonValue } from "../../ipc";

/** The forms that private keys and certificates come in. */
export type KeyForm = "pem" | "jwk" | "pkcs12";

export const KEY_FORMS: Record<KeyForm, { label: string; placeholder: string; accept: string }> = {
  pem: { label: "PEM", placeholder: "-----BEGIN PRIVATE KEY-----", accept: ".pem,.key,.crt,.cer" },
  jwk: { label: "JWK", placeholder: '{"kty":"EC", …}', accept: ".json,.jwk" },
  pkcs12: { label: "PKCS#12", placeholder: "In Base64, or read from a file", accept: ".p12,.pfx" },
};

/** Algorithms that a new key can be made for. */
export const NEW_KEYS = ["ES256", "RS256", "PS256", "EdDSA", "ES384", "ES512"];

/** The form in which a key is set; the first one where none is. */
export function keyForm(
  value: unknown,
  secrets: readonly string[],
  root: string,
  forms: readonly KeyForm[],
): KeyForm {
  const members = typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  const set = forms.find((form) => secrets.includes(`${root}/${form}`) || members[form]);
  return set ?? forms[0] ?? "pem";
}

/** What another form takes away: a key stands in one form only. */
export function otherForms(chosen: KeyForm): Record<string, JsonValue> {
  const others = Object.keys(KEY_FORMS).filter((form) => form !== chosen);
  return Object.fromEntries(others.map((form) => [form, null]));
}
