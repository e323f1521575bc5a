import { describe, expect, it } from 'vitest';
import { HELPER_IDS, helperMinKernel, helperName, isHelperName } from './helper-ids.ts';

describe('helpers', () => {
  it('numbers them from 1 to 211 without a gap', () => {
    expect(Object.values(HELPER_IDS)).toEqual(Array.from({ length: 211 }, (_, i) => i + 1));
  });

  // Numbers and releases as the manual page bpf-helpers(7) and the kernel's history have them.
  it.each([
    ['map_lookup_elem', 1, '3.19'],
    ['ktime_get_ns', 5, '4.1'],
    ['tail_call', 12, '4.2'],
    ['perf_event_output', 25, '4.4'],
    ['get_current_task', 35, '4.8'],
    ['probe_read_str', 45, '4.11'],
    ['get_current_cgroup_id', 80, '4.18'],
    ['skb_ecn_set_ce', 97, '5.1'],
    ['probe_read_user', 112, '5.5'],
    ['ringbuf_output', 130, '5.8'],
    ['d_path', 147, '5.10'],
    ['for_each_map_elem', 164, '5.13'],
    ['get_attach_cookie', 174, '5.15'],
    ['loop', 181, '5.17'],
    ['cgrp_storage_delete', 211, '6.2'],
  ] as const)('%s is %d, since Linux %s', (name, id, kernel) => {
    expect(HELPER_IDS[name]).toBe(id);
    expect(helperName(id)).toBe(name);
    expect(helperMinKernel(id)).toBe(kernel);
  });

  it('knows no others', () => {
    expect(helperName(0)).toBeUndefined();
    expect(helperName(212)).toBeUndefined();
    expect(helperMinKernel(212)).toBeUndefined();
    expect(isHelperName('loop')).toBe(true);
    expect(isHelperName('toString')).toBe(false);
  });
});
