import { simulated } from './simulated.ts'
import { AcquirerSimulator } from './simulator.ts'

/** All of the sandbox's acquirers; the first takes what no rule sends elsewhere. */
export function simulatedAcquirers(
  deps: ConstructorParameters<typeof AcquirerSimulator>[0],
): readonly AcquirerSimulator[] {
  const [first, ...others] = simulated
  const acquirer = new AcquirerSimulator(deps, first)
  return [acquirer, ...others.map((other) => new AcquirerSimulator(deps, { ...other, beside: acquirer }))]
}
