import { stateKey } from '../../framework/cycle-state.ts';
import type { Plugin } from '../../framework/plugin.ts';
import { errorStatus, unschedulable } from '../../framework/status.ts';

const preFilterState = stateKey<object>('DynamicResources');
const nothingToDeallocate = unschedulable('no new claims to deallocate');

/**
 * The part of kube-scheduler's `DynamicResources` that shows in messages about Pods without resource claims.
 * Claims are not allocated.
 */
export const dynamicResources = {
  name: 'DynamicResources',

  preFilter(state) {
    state.write(preFilterState, {});
    return undefined;
  },

  postFilter(state) {
    try {
      state.read(preFilterState);
      return { status: nothingToDeallocate };
    } catch (error) {
      // Where an earlier PreFilter plugin rejected the Pod this one was not called, which shows in the
      // message.
      return { status: errorStatus(error) };
    }
  },

  // It rejects no Pod.
  eventsToRegister: () => [],
} satisfies Plugin;
