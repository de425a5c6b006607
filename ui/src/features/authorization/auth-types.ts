import type { SelectOption } from "../../components/select";

/** The kinds of authorization, by Postman's names. Those that are not sent yet are kept as they were imported. */
const NAMES: Record<string, string> = {
  oauth2: "OAuth 2.0",
  bearer: "Bearer token",
  basic: "Basic",
  apikey: "API key",
  noauth: "No auth",
  digest: "Digest",
  oauth1: "OAuth 1.0",
  awsv4: "AWS Signature v4",
  hawk: "Hawk",
  ntlm: "NTLM",
  edgegrid: "Akamai EdgeGrid",
  jwt: "JWT bearer",
  asap: "ASAP",
};

/** What can be chosen. */
const SENT = ["oauth2", "bearer", "basic", "apikey", "noauth"];

export function authTypeName(type: string): string {
  return NAMES[type] ?? type;
}

/** Whether requests are sent with this kind. */
export function isSent(type: string): boolean {
  return SENT.includes(type);
}

/** The choices for a node: what it has stays among them even if it is not sent yet. */
export function authTypeOptions(current: string, inheritFrom: string | null): SelectOption[] {
  const types = isSent(current) || current === "inherit" ? SENT : [...SENT, current];
  const options: SelectOption[] = types.map((value) => ({
    value,
    label: authTypeName(value),
    detail: isSent(value) ? undefined : "not sent yet",
  }));
  return inheritFrom === null ? options : [{ value: "inherit", label: inheritFrom }, ...options];
}
