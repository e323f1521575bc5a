/**
 * Measures every subject once a round, in turn: what drifts on the machine meanwhile hits all alike. What each came to, in the subjects'
 * order.
 */
export async function alternate<Subject, Result>(
  subjects: readonly Subject[],
  rounds: number,
  measure: (subject: Subject) => Promise<Result> | Result,
): Promise<Result[][]> {
  const results: Result[][] = subjects.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (const [index, subject] of subjects.entries()) results[index]!.push(await measure(subject));
  }
  return results;
}
