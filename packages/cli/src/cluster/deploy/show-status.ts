export async function showStatus(_options: object): Promise<number> {
  return 0;
}
