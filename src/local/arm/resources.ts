import type { ArmVm } from './fleet.ts';

/** The region that everything is in. */
export const location = 'westeurope';

/** Any resource, as ARM writes it. */
export interface Resource {
  id: string;
  [column: string]: unknown;
}

/** A VM as ARM writes it, as far as anybody here reads it. */
export function vmToJson(vm: ArmVm, tenantId: string, options: { instanceView: boolean }): Resource {
  const { properties, ...rest } = bareVmOf(vm);
  return {
    ...rest,
    identity: { type: 'SystemAssigned', principalId: vm.identity.principalId, tenantId },
    properties: {
      ...properties,
      networkProfile: {
        networkInterfaces: [{ id: networkInterfaceIdOf(vm), properties: { primary: true } }],
      },
      ...(options.instanceView && { instanceView: instanceViewToJson(vm) }),
    },
  };
}

/** A VM as a list with `statusOnly` has it: its state, and nothing of how it is made. */
export function vmStatusToJson(vm: ArmVm): Resource {
  const { properties, ...rest } = bareVmOf(vm);
  return { ...rest, properties: { ...properties, instanceView: instanceViewToJson(vm) } };
}

function bareVmOf(vm: ArmVm) {
  return {
    id: vm.id,
    name: vm.name,
    type: 'Microsoft.Compute/virtualMachines',
    location,
    properties: { vmId: vm.vmId, provisioningState: isChanging(vm) ? 'Updating' : 'Succeeded' },
  };
}

export function instanceViewToJson(vm: ArmVm): object {
  const power = vm.machine.power();
  const provisioning = isChanging(vm) ? 'updating' : 'succeeded';
  return {
    computerName: vm.name,
    statuses: [
      {
        code: `ProvisioningState/${provisioning}`,
        level: 'Info',
        displayStatus: `Provisioning ${provisioning}`,
      },
      { code: `PowerState/${power}`, level: 'Info', displayStatus: `VM ${power}` },
    ],
  };
}

export function networkInterfaceToJson(vm: ArmVm): Resource {
  const id = networkInterfaceIdOf(vm);
  return {
    id,
    name: networkInterfaceNameOf(vm.name),
    type: 'Microsoft.Network/networkInterfaces',
    location,
    properties: {
      provisioningState: 'Succeeded',
      primary: true,
      virtualMachine: { id: vm.id },
      ipConfigurations: [
        {
          id: `${id}/ipConfigurations/ipconfig1`,
          name: 'ipconfig1',
          properties: {
            primary: true,
            privateIPAddress: vm.privateAddress,
            privateIPAllocationMethod: 'Static',
            publicIPAddress: { id: networkIdOf(vm, 'publicIPAddresses', publicAddressNameOf(vm.name)) },
          },
        },
      ],
    },
  };
}

export function publicAddressToJson(vm: ArmVm): Resource {
  const name = publicAddressNameOf(vm.name);
  return {
    id: networkIdOf(vm, 'publicIPAddresses', name),
    name,
    type: 'Microsoft.Network/publicIPAddresses',
    location,
    properties: {
      provisioningState: 'Succeeded',
      publicIPAllocationMethod: 'Dynamic',
      // A dynamic address is given back with the VM's deallocation.
      ...(vm.machine.power() !== 'deallocated' && { ipAddress: vm.publicAddress }),
    },
  };
}

export function networkInterfaceNameOf(vm: string): string {
  return `${vm}-nic`;
}

export function publicAddressNameOf(vm: string): string {
  return `${vm}-ip`;
}

function networkInterfaceIdOf(vm: ArmVm): string {
  return networkIdOf(vm, 'networkInterfaces', networkInterfaceNameOf(vm.name));
}

/** In the VM's resource group. */
function networkIdOf(vm: ArmVm, type: string, name: string): string {
  const [group] = vm.id.split('/providers/');
  return `${group}/providers/Microsoft.Network/${type}/${name}`;
}

function isChanging(vm: ArmVm): boolean {
  return ['starting', 'deallocating'].includes(vm.machine.power());
}
