/**
 * A tree, or a part of one, on one line for the tables of tests: `(binary + $x (call str [arg0]))`. Fields come in the
 * order of the interfaces in `ast.ts`, without their names; spans are left out, absent fields too.
 */
export function showTree(node: unknown): string {
  if (Array.isArray(node)) return `[${node.map(showTree).join(' ')}]`;
  if (typeof node !== 'object' || node === null) return String(node);
  const { kind, span: _span, ...fields } = node as Readonly<Record<string, unknown>>;
  switch (kind) {
    case undefined:
      return 'text' in fields ? String(fields.text) : showFields('', fields);
    case 'integer':
      return `${fields.value}${fields.unsigned ? 'u' : ''}`;
    case 'string':
      return JSON.stringify(fields.value);
    case 'boolean':
      return String(fields.value);
    case 'positional':
      return `$${fields.index}`;
    case 'identifier':
    case 'variable':
      return String(fields.name);
    case 'map':
      return fields.key ? `${fields.name}[${showTree(fields.key)}]` : String(fields.name);
    case 'type':
      return showType(fields);
    default:
      return showFields(String(kind), fields);
  }
}

function showFields(kind: string, fields: Readonly<Record<string, unknown>>): string {
  const shown = Object.entries(fields).flatMap(([name, value]) => {
    if (value === undefined || value === false) return [];
    return [value === true ? name : showTree(value)];
  });
  return `(${[kind, ...shown].filter(Boolean).join(' ')})`;
}

function showType({ tag, name, typeOf, pointers, lengths }: Readonly<Record<string, unknown>>): string {
  const base = typeOf ? `typeof(${showTree(typeOf)})` : [tag, name].filter(Boolean).join(' ');
  const sizes = (lengths as readonly unknown[]).map((length) => `[${length ? showTree(length) : ''}]`).join('');
  return `<${base}${'*'.repeat(Number(pointers))}${sizes}>`;
}
