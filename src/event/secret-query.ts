import { REDACTED, type SecretName } from './redaction.js';

const PART = /([?&;#])([^?&;#=\s]{1,200})=([^&;#\s"'<>]+)/g;

/** A text without the values of secret names in the query of an address: `/callback?token=…`. */
export function withoutQuerySecrets(text: string, isSecret: SecretName): string {
  if (!text.includes('=') || !/[?&;#]/.test(text)) return text;
  return text.replaceAll(PART, (whole, before: string, name: string, value: string) =>
    isSecret(decoded(name)) && value !== REDACTED ? `${before}${name}=${REDACTED}` : whole,
  );
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
