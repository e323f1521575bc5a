import { it } from 'vitest';
import { checkText } from './fixture/check-text.ts';
import { readFileSync } from 'node:fs';
it('x', () => {
  for (const s of readFileSync('/tmp/resolver/scripts.txt','utf8').split('\n')) {
    if (!s) continue;
    const r = checkText(s, { positionalParams: ['5', 'abc'] });
    console.log(`=== ${s}\n${r.text}\n${r.told.join('\n')}`);
  }
});
