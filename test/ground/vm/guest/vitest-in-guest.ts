/**
 * What test files import as `vitest` in the guest: vitest's own functions and matchers, without the machinery that finds, transforms and isolates
 * files. Emulated processors need half a minute for that alone.
 */
import {
  ASYMMETRIC_MATCHERS_OBJECT,
  type AsymmetricMatchersContaining,
  chai,
  customMatchers,
  type ExpectStatic,
  getState,
  JestAsymmetricMatchers,
  JestChaiExpect,
  JestExtend,
  setState,
} from '@vitest/expect';
import { getCurrentTest } from '@vitest/runner';

export { afterAll, afterEach, beforeAll, beforeEach, describe, it, suite, test } from '@vitest/runner';

chai.use(JestExtend);
chai.use(JestChaiExpect);
chai.use(JestAsymmetricMatchers);

export const expect: ExpectStatic = makeExpect();

function makeExpect(): ExpectStatic {
  const made = ((value: unknown, message?: string) => {
    const test = getCurrentTest();
    const assertion = chai.expect(value, message);
    return test ? (assertion as unknown as { withTest(of: unknown): unknown }).withTest(test) : assertion;
  }) as unknown as ExpectStatic;
  const matchers = (globalThis as unknown as Record<symbol, AsymmetricMatchersContaining>)[ASYMMETRIC_MATCHERS_OBJECT];
  Object.assign(made, chai.expect, matchers);
  made.getState = () => getState(made);
  made.setState = (state) => setState(state, made);
  made.extend = (more) =>
    (chai.expect as unknown as { extend(on: ExpectStatic, more: unknown): void }).extend(made, more);
  made.extend(customMatchers);
  made.poll = poll as ExpectStatic['poll'];
  made.fail = (message?: string) => chai.assert.fail(message);
  return made;
}

/** `expect.poll(read).toBe(3)`: asks again until it is so. */
function poll(read: () => unknown): object {
  const asked = (negated: boolean): object =>
    new Proxy(Object.create(null) as object, {
      get: (_, name: string) => {
        if (name === 'not') return asked(!negated);
        return (...words: unknown[]) =>
          vi.waitFor(async () => {
            const assertion = expect(await read());
            const matchers = (negated ? assertion.not : assertion) as unknown as Record<
              string,
              (...of: unknown[]) => void
            >;
            matchers[name]!(...words);
          });
      },
    });
  return asked(false);
}

const WAIT_MS = 50;
const WAIT_DEADLINE_MS = 20_000;

export const vi = {
  /** Calls until it throws no more. */
  async waitFor<T>(attempt: () => T | Promise<T>): Promise<T> {
    for (const deadline = performance.now() + WAIT_DEADLINE_MS; ; ) {
      try {
        return await attempt();
      } catch (error) {
        if (performance.now() > deadline) throw error;
        await new Promise((resolve) => setTimeout(resolve, WAIT_MS));
      }
    }
  },

  stubEnv(name: string, value: string | undefined): void {
    if (!stubbed.has(name)) stubbed.set(name, process.env[name]);
    setEnv(name, value);
  },

  unstubAllEnvs(): void {
    for (const [name, value] of stubbed) setEnv(name, value);
    stubbed.clear();
  },
};

/** What environment variables were before. */
const stubbed = new Map<string, string | undefined>();

function setEnv(name: string, value: string | undefined): void {
  if (value === undefined) delete process.env[name];
  else process.env[name] = value;
}
