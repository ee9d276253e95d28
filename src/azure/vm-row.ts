import type { TableEntity } from '@azure/data-tables';
import { type VmState, vmMoves } from '../core/moves.ts';
import type { Entry, Ticket, Vm } from '../core/vm.ts';
import {
  booleanOf,
  countOf,
  isKey,
  listOf,
  pastTimeOf,
  type Row,
  textOf,
  timeColumn,
  timeOf,
} from './columns.ts';

/** The partition of `tblvm` that is the pool. */
export const vmPartition = 'vmlist';

/** The longest that anybody asks us to wait: a later time is a slip of the hand, and would leave the VM on. */
const deallocateAheadMsMax = 24 * 60 * 60_000;

/** More than `FILES_PER_VM_MAX` allows: a longer list is a hand's, and may not fit its property when it is written again. */
const filesMax = 150;

/** The columns that the protocol owns; a merge of them leaves alone what people set and whatever else they added. */
export function columnsOf(vm: Vm): TableEntity {
  return {
    partitionKey: vmPartition,
    rowKey: vm.name,
    state: vm.state,
    stateAt: timeColumn(vm.stateAt),
    files: JSON.stringify(vm.files.map((entry) => ({ ...entry, at: timeColumn(entry.at) }))),
    idleSince: timeColumn(vm.idleSince),
    startedAt: timeColumn(vm.startedAt),
    failedStarts: vm.failedStarts,
    silentAt: timeColumn(vm.silentAt),
    unavailableUntil: timeColumn(vm.unavailableUntil),
    unavailableCause: vm.unavailableCause,
    deallocateAfter: timeColumn(vm.deallocateAfter),
  };
}

/** A VM from its row. All but the key may be missing or written by hand: what makes no sense reads as its default. */
export function vmOf(row: Row): Vm {
  return {
    name: textOf(row.rowKey),
    state: stateOf(row.state),
    stateAt: pastTimeOf(row.stateAt),
    files: listOf(row.files).flatMap(entryOf).slice(0, filesMax),
    idleSince: pastTimeOf(row.idleSince),
    startedAt: pastTimeOf(row.startedAt),
    failedStarts: countOf(row.failedStarts),
    silentAt: pastTimeOf(row.silentAt),
    unavailableUntil: timeOf(row.unavailableUntil),
    unavailableCause: textOf(row.unavailableCause),
    deallocateAfter: pastTimeOf(row.deallocateAfter, deallocateAheadMsMax),
    actions: actionsOf(row.actions),
    disabled: booleanOf(row.disabled),
    maintenanceUntil: timeOf(row.maintenanceUntil),
    resourceId: textOf(row.resourceId).trim(),
    version: textOf(row.etag),
  };
}

/** Off is the safe guess: if the VM is on, the power states show it. */
function stateOf(value: unknown): VmState {
  const text = textOf(value).trim().toLowerCase();
  return Object.hasOwn(vmMoves, text) ? (text as VmState) : 'deallocated';
}

function actionsOf(value: unknown): string[] {
  const json = listOf(value);
  const texts =
    json.length > 0
      ? json.map(textOf)
      : textOf(value)
          .replace(/[[\]"]/g, '')
          .split(/[,;\s]+/);
  return texts.map((text) => text.trim().toLowerCase()).filter((text) => text !== '');
}

function entryOf(value: unknown): Entry[] {
  if (typeof value !== 'object' || value === null) return [];
  const item: Row = { ...value };
  const entry = { jobId: textOf(item.jobId), attempt: countOf(item.attempt), at: pastTimeOf(item.at) };
  const ticket = ticketOf(item.ticket);
  return isKey(entry.jobId) ? [ticket ? { ...entry, ticket } : entry] : [];
}

function ticketOf(value: unknown): Ticket | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const item: Row = { ...value };
  const ticket = { messageId: textOf(item.messageId), popReceipt: textOf(item.popReceipt) };
  return ticket.messageId && ticket.popReceipt ? ticket : undefined;
}
