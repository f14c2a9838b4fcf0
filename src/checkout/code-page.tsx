import { channelOf } from '../channel/catalogue.ts'
import { phrases } from '../pages/language.ts'
import { placeOf } from './instructions.ts'
import { groupsOf } from './payment-code.ts'
import type { CheckoutPage, CodeStep } from './view.ts'
import { ExactAmount, methodOf, Typed, Waiting } from './waiting.tsx'

/** The half of the page with a number to pay to. */
export function Code({ page, step }: { page: CheckoutPage; step: CodeStep }) {
  const { language } = page
  const { code } = phrases(language).ways
  const isAccount = channelOf(step.channel).family === 'virtual-account'
  const method = methodOf(page, step)
  return (
    <Waiting page={page} step={step} heading={code.heading(method)} code={groupsOf(step.code).join(' ')}>
      <dl class="pay-box">
        <div class="plain">
          <dt>{isAccount ? code.bank : code.counter}</dt>
          <dd>{placeOf(step.channel, language)}</dd>
        </div>
        <Typed
          page={page}
          label={isAccount ? code.number : code.payCode}
          copy={step.code}
          copyLabel={isAccount ? code.copyNumber : code.copyPayCode}
        >
          {/* Gaps that are seen and not copied. */}
          {groupsOf(step.code).map((group) => (
            <>
              <span class="group">{group}</span>
              <wbr />
            </>
          ))}
        </Typed>
        <ExactAmount page={page} isTyped />
      </dl>
    </Waiting>
  )
}
