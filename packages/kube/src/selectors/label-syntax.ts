/** Rules of k8s.io/apimachinery/pkg/util/validation: what a label's key and value may be. */

const NAME = /^(?:[A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;
const SUBDOMAIN = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/;
const MAX_NAME = 63;
const MAX_SUBDOMAIN = 253;
const CHARACTERS = "letters, digits, '-', '_' and '.', with a letter or digit at both ends";

/** Why a label cannot have this key; undefined where it can. */
export function labelKeyProblem(key: string): string | undefined {
  const parts = key.split('/');
  if (parts.length > 2) return 'a label key has one slash at most, between a domain and a name';
  const name = parts.at(-1)!;
  if (parts.length === 2) {
    const prefix = parts[0]!;
    if (prefix === '') return 'the domain in front of the slash is missing';
    if (prefix.length > MAX_SUBDOMAIN) return `a domain has ${MAX_SUBDOMAIN} characters at most, not ${prefix.length}`;
    if (!SUBDOMAIN.test(prefix)) return `"${prefix}" is no domain: lower-case letters, digits, '-' and '.'`;
  }
  if (name === '') return 'the name of the label is missing';
  if (name.length > MAX_NAME) return `the name of a label has ${MAX_NAME} characters at most, not ${name.length}`;
  return NAME.test(name) ? undefined : `"${name}" is no label name: ${CHARACTERS}`;
}

/** Why a label cannot have this value; undefined where it can. */
export function labelValueProblem(value: string): string | undefined {
  if (value.length > MAX_NAME) return `a label value has ${MAX_NAME} characters at most, not ${value.length}`;
  return value === '' || NAME.test(value) ? undefined : `"${value}" is no label value: ${CHARACTERS}, or nothing`;
}
