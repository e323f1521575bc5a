import { expect, it } from 'vitest';
import { didYouMean, orHint } from './did-you-mean.ts';

it.each([
  ['prinft', ['printf', 'time'], 'did you mean printf?'],
  ['$cuont', ['$count', '$other'], 'did you mean $count?'],
  ['$x', ['$y'], undefined],
  ['nothing', ['like', 'it'], undefined],
])('%s among %j', (name, candidates, hint) => {
  expect(didYouMean(name, candidates)?.hint).toBe(hint);
});

it('joins several', () => {
  expect(orHint(['a', 'b', 'c'])?.hint).toBe('did you mean a, b or c?');
  expect(orHint([])).toBeUndefined();
});
