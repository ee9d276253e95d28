import type { TokenCredential } from '@azure/identity';
import { afterEach, describe, expect, it } from 'vitest';
import { connectCompute } from '../../src/azure/compute.ts';
import { azureMachines } from '../../src/azure/machines.ts';
import { sampleVm } from '../core/samples.ts';
import { type Answer, anyToken, type FakeService, startFakeService } from './fake-service.ts';

const subscriptionId = 'aaaa-BBBB';
const resourceGroup = 'Pool';
const vm = sampleVm({ name: 'vm01' });

describe('machines', () => {
  const services: FakeService[] = [];
  afterEach(async () => {
    for (const service of services.splice(0)) await service.close();
  });

  /** The machines in an ARM that gives these answers, and what it is asked. */
  async function arm(
    answers: Answer[],
    { credential = anyToken, submitMsMax }: { credential?: TokenCredential; submitMsMax?: number } = {},
  ) {
    const service = await startFakeService(answers);
    services.push(service);
    const { url: armUrl, ca, asked } = service;
    const pool = connectCompute({ subscriptionId, resourceGroup, armUrl, ca, credential });
    return { asked, machines: azureMachines(pool, submitMsMax) };
  }

  const accepted: Answer = {
    status: 202,
    headers: { location: '{origin}/later', 'azure-asyncoperation': 'https://127.0.0.1:1/operation' },
  };

  it.each(['start', 'deallocate'] as const)(
    '%s with one POST, and nobody asks how it went',
    async (operation) => {
      const { machines, asked } = await arm([accepted]);
      expect(await machines[operation](vm)).toBeUndefined();
      expect(asked).toHaveLength(1);
      expect(asked[0]).toMatch(
        `POST /subscriptions/aaaa-BBBB/resourceGroups/Pool/providers/Microsoft.Compute/virtualMachines/vm01/${operation}?`,
      );
    },
  );

  it('are reached where the row says they are', async () => {
    const { machines, asked } = await arm([accepted]);
    const resourceId =
      '/subscriptions/AAAA-bbbb/resourcegroups/other/providers/microsoft.compute/virtualmachines/real-name';
    await machines.start({ ...vm, resourceId });
    expect(asked[0]).toContain(
      '/resourceGroups/other/providers/Microsoft.Compute/virtualMachines/real-name/start',
    );
  });

  it.each([
    'vm01',
    '/subscriptions/other/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/vm01',
    '/subscriptions/aaaa-BBBB/resourceGroups/g/providers/Microsoft.Network/networkInterfaces/n',
  ])('with a resource id that is no VM of the subscription are not touched: %s', async (resourceId) => {
    const { machines, asked } = await arm([accepted]);
    await expect(machines.start({ ...vm, resourceId })).rejects.toMatchObject({ code: 'bad_input' });
    expect(asked).toEqual([]);
  });

  it.each<[string, Answer, object]>([
    [
      'a throttling of the compute provider, with its wait',
      {
        status: 429,
        headers: { 'retry-after': '1200' },
        body: {
          code: 'OperationNotAllowed',
          message: 'The server rejected the request because too many requests have been received.',
          details: [
            { code: 'TooManyRequests', target: 'HighCostGet30Min', message: '{"allowedRequestCount":800}' },
          ],
        },
      },
      { code: 'throttled', retryAfterMs: 1_200_000 },
    ],
    [
      'a throttling of ARM',
      {
        status: 429,
        headers: { 'retry-after': '6' },
        body: {
          error: { code: 'SubscriptionRequestsThrottled', message: "Please try again after '6' seconds." },
        },
      },
      { code: 'throttled', retryAfterMs: 6000 },
    ],
    [
      'a throttling that looks like a conflict',
      {
        status: 409,
        body: {
          error: {
            code: 'OperationNotAllowed',
            message: 'The request was rejected.',
            details: [{ code: 'TooManyRequests', message: '' }],
          },
        },
      },
      { code: 'throttled' },
    ],
    [
      'a quota that is used up',
      {
        status: 409,
        body: {
          error: {
            code: 'OperationNotAllowed',
            message:
              'Operation could not be completed as it results in exceeding approved Total Regional Cores quota. Additional details - Current Limit: 10',
          },
        },
      },
      { code: 'quota' },
    ],
    [
      'a quota by its own code',
      { status: 409, body: { error: { code: 'QuotaExceeded', message: 'x' } } },
      { code: 'quota' },
    ],
    [
      'a VM that is busy',
      {
        status: 409,
        body: {
          error: {
            code: 'OperationNotAllowed',
            message: "Operation 'start' is not allowed on VM 'vm01' since the VM is marked for deletion.",
          },
        },
      },
      { code: 'conflict' },
    ],
    [
      'another operation in its way',
      { status: 409, body: { error: { code: 'Conflict', message: 'The request failed due to conflict.' } } },
      { code: 'conflict' },
    ],
    ...[
      'AllocationFailed',
      'ZonalAllocationFailed',
      'SkuNotAvailable',
      'OverconstrainedAllocationRequest',
    ].map((code): [string, Answer, object] => [
      code,
      {
        status: 409,
        body: { error: { code, message: 'Allocation failed. Read more about quota and capacity.' } },
      },
      { code: 'no_capacity' },
    ]),
    [
      'no capacity, said inside',
      {
        status: 400,
        body: {
          error: { code: 'BadRequest', message: 'x', innererror: { internalErrorCode: 'AllocationFailed' } },
        },
      },
      { code: 'no_capacity' },
    ],
    [
      'a missing role',
      {
        status: 403,
        body: { error: { code: 'AuthorizationFailed', message: 'no authorization to perform' } },
      },
      { code: 'no_permission' },
    ],
    [
      'a VM that is not there',
      { status: 404, body: { error: { code: 'ResourceNotFound', message: 'x' } } },
      { code: 'not_found' },
    ],
    [
      'an answer that says nothing',
      { status: 502, body: '<html>', headers: { 'content-type': 'text/html' } },
      { code: 'unavailable' },
    ],
  ])('tell %s, asking once', async (_, answer, error) => {
    const { machines, asked } = await arm([answer]);
    await expect(machines.start(vm)).rejects.toMatchObject({ name: 'AppError', ...error });
    await expect(machines.deallocate(vm)).rejects.toMatchObject({ name: 'AppError', ...error });
    expect(asked).toHaveLength(2);
  });

  it('are not called any more when a token comes too late', async () => {
    let issue: () => void = () => {};
    const issued = new Promise<void>((resolve) => {
      issue = resolve;
    });
    const { machines, asked } = await arm([accepted], {
      submitMsMax: 20,
      credential: {
        async getToken(_, { abortSignal } = {}) {
          abortSignal?.addEventListener('abort', issue);
          await issued;
          return { token: 'x', expiresOnTimestamp: Date.now() + 3_600_000 };
        },
      },
    });
    await expect(machines.deallocate(vm)).rejects.toMatchObject({ code: 'unavailable' });
    expect(asked).toEqual([]);
  });

  it('tell the power of all of them from all the pages of one list', async () => {
    const at = (group: string, name: string, code?: string) => ({
      id: `/subscriptions/aaaa-bbbb/resourceGroups/${group}/providers/Microsoft.Compute/virtualMachines/${name}`,
      name,
      properties: {
        instanceView: { statuses: [{ code: 'ProvisioningState/succeeded' }, ...(code ? [{ code }] : [])] },
      },
    });
    const states = ['starting', 'running', 'stopping', 'stopped', 'deallocating', 'deallocated'];
    const { machines, asked } = await arm([
      {
        status: 200,
        body: {
          value: states.map((state) => at('POOL', `VM-${state}`, `PowerState/${state}`)),
          nextLink: '{origin}/subscriptions/aaaa-bbbb/providers/page2?api-version=2026-03-01',
        },
      },
      {
        status: 200,
        body: {
          value: [
            at('pool', 'vm-odd', 'PowerState/unheard-of'),
            at('pool', 'vm-none'),
            at('elsewhere', 'vm-running2', 'PowerState/running'),
            at('elsewhere', 'real', 'PowerState/stopped'),
          ],
        },
      },
    ]);
    const names = [...states.map((state) => `vm-${state}`), 'vm-odd', 'vm-none', 'vm-running2', 'vm-missing'];
    const placed = sampleVm({
      name: 'vm-placed',
      resourceId:
        '/subscriptions/AAAA-BBBB/resourceGroups/Elsewhere/providers/Microsoft.Compute/virtualMachines/Real',
    });
    const misplaced = sampleVm({ name: 'vm-misplaced', resourceId: 'nonsense' });
    const powers = await machines.powers([...names.map((name) => sampleVm({ name })), placed, misplaced]);
    expect(Object.fromEntries(powers)).toEqual({
      ...Object.fromEntries(states.map((state) => [`vm-${state}`, state])),
      'vm-odd': 'unknown',
      'vm-none': 'unknown',
      'vm-running2': 'unknown',
      'vm-missing': 'unknown',
      'vm-placed': 'stopped',
      'vm-misplaced': 'unknown',
    });
    expect(asked).toHaveLength(2);
    expect(asked[0]).toMatch(
      /^GET \/subscriptions\/aaaa-BBBB\/providers\/Microsoft.Compute\/virtualMachines\?.*statusOnly=true/,
    );
  });

  it('tell the identity that is a VM’s alone, from all the pages of one list', async () => {
    const at = (name: string, type?: string, principalId?: string, group = 'POOL') => ({
      id: `/subscriptions/aaaa-bbbb/resourceGroups/${group}/providers/Microsoft.Compute/virtualMachines/${name}`,
      ...(type && {
        identity: { type, principalId, userAssignedIdentities: { '/x': { principalId: 'x' } } },
      }),
    });
    const { machines, asked } = await arm([
      {
        status: 200,
        body: {
          value: [
            at('VM-system', 'SystemAssigned', 'p1'),
            at('vm-both', 'SystemAssigned, UserAssigned', 'p2'),
          ],
          nextLink: '{origin}/subscriptions/aaaa-bbbb/providers/page2?api-version=2026-03-01',
        },
      },
      {
        status: 200,
        body: {
          value: [
            at('vm-user', 'UserAssigned', 'p3'),
            at('vm-none'),
            at('vm-elsewhere', 'SystemAssigned', 'p4', 'elsewhere'),
            at('real', 'SystemAssigned', 'p5', 'elsewhere'),
          ],
        },
      },
    ]);
    const names = ['vm-system', 'VM-both', 'vm-user', 'vm-none', 'vm-elsewhere', 'vm-missing'];
    const resourceId =
      '/subscriptions/AAAA-BBBB/resourceGroups/Elsewhere/providers/Microsoft.Compute/virtualMachines/Real';
    const identities = await machines.identities([
      ...names.map((name) => sampleVm({ name })),
      sampleVm({ name: 'vm-placed', resourceId }),
      sampleVm({ name: 'vm-misplaced', resourceId: 'nonsense' }),
    ]);
    expect(Object.fromEntries(identities)).toEqual({
      'vm-system': { principalId: 'p1', resourceId: at('VM-system').id },
      'vm-both': { principalId: 'p2', resourceId: at('vm-both').id },
      'vm-placed': { principalId: 'p5', resourceId: at('real', '', '', 'elsewhere').id },
    });
    expect(asked).toHaveLength(2);
    expect(asked[0]).toMatch(
      /^GET \/subscriptions\/aaaa-BBBB\/providers\/Microsoft.Compute\/virtualMachines\?(?!.*statusOnly)/,
    );
  });

  it('tell every address of every interface of a VM, and none that is not in use', async () => {
    const network = '/subscriptions/aaaa-bbbb/resourceGroups/net/providers/Microsoft.Network';
    const virtualMachine = (name: string) => ({
      id: `/subscriptions/aaaa-bbbb/resourceGroups/POOL/providers/Microsoft.Compute/virtualMachines/${name}`,
    });
    const nic = (name: string, vm: string | undefined, configurations: [string?, string?][]) => ({
      id: `${network}/networkInterfaces/${name}`,
      properties: {
        ...(vm && { virtualMachine: virtualMachine(vm) }),
        ipConfigurations: configurations.map(([privateIPAddress, ip]) => ({
          properties: {
            privateIPAddress,
            ...(ip && { publicIPAddress: { id: `${network}/PublicIPAddresses/${ip}` } }),
          },
        })),
      },
    });
    const ip = (name: string, ipAddress?: string) => ({
      id: `${network.toUpperCase()}/publicIPAddresses/${name}`,
      properties: { ipAddress },
    });
    // Which of the two lists is asked for first is left open: either answer has what both tell.
    const value = [
      nic('a', 'VM01', [['10.0.0.4', 'ip-a'], ['10.0.0.5'], ['FD00:0::4', 'ip-v6'], [undefined, 'ip-off']]),
      nic('b', 'vm01', [['10.0.0.6', 'ip-gone']]),
      nic('c', 'vm02', [[undefined, 'ip-off']]),
      nic('d', undefined, [['10.0.0.7']]),
      nic('e', 'vm-other', [['10.0.0.8']]),
      ip('IP-A', '198.51.100.1'),
      ip('ip-v6', '2001:DB8:0::1'),
      ip('ip-off'),
      ip('ip-free', '198.51.100.2'),
    ];
    const { machines, asked } = await arm([{ status: 200, body: { value } }]);
    const names = ['Vm01', 'vm02', 'vm-missing'];
    const addresses = await machines.addresses(names.map((name) => sampleVm({ name })));
    expect(Object.fromEntries(addresses)).toEqual({
      vm01: ['10.0.0.4', '198.51.100.1', '10.0.0.5', 'fd00::4', '2001:db8::1', '10.0.0.6'],
      vm02: [],
    });
    const lists = asked.map((line) => /^GET \/subscriptions\/aaaa-BBBB(.*)\?/.exec(line)?.[1]).sort();
    expect(lists).toEqual([
      '/providers/Microsoft.Network/networkInterfaces',
      '/providers/Microsoft.Network/publicIPAddresses',
    ]);
  });

  it.each([
    [
      { status: 429, headers: { 'retry-after': '17' }, body: { error: { code: 'OperationNotAllowed' } } },
      'throttled',
    ],
    [{ status: 500 }, 'unavailable'],
  ])('tell nothing when a page of a list fails', async (failure: Answer, code) => {
    const page = { value: [], nextLink: '{origin}/page2' };
    for (const read of ['powers', 'identities'] as const) {
      const { machines, asked } = await arm([{ status: 200, body: page }, failure]);
      await expect(machines[read]([vm])).rejects.toMatchObject({ code });
      expect(asked).toHaveLength(2);
    }
    const { machines, asked } = await arm([failure]);
    await expect(machines.addresses([vm])).rejects.toMatchObject({ name: 'AppError', code });
    // The other list is on its way still.
    await expect.poll(() => asked.length).toBe(2);
  });

  it('tell no address when the list of the public ones fails', async () => {
    const { machines } = await arm([{ status: 200, body: { value: [] } }, { status: 503 }]);
    await expect(machines.addresses([vm])).rejects.toMatchObject({ code: 'unavailable' });
  });
});
