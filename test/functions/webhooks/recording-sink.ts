import type {
  Alert,
  GateAnswer,
  GateQuestion,
  ImagePush,
  LookHint,
  WebhookSink,
} from '../../../functions/webhooks/webhook-sink.ts'

/** Keeps what it is told, and answers what a test says. */
export class RecordingSink implements WebhookSink {
  readonly looks: LookHint[] = []
  readonly alerts: Alert[] = []
  readonly questions: GateQuestion[] = []
  readonly images: ImagePush[] = []
  answer: GateAnswer = { state: 'approved', reason: 'nothing is in the way' }
  /** Done before anything is kept. */
  before: () => Promise<void> = async () => {}

  get told(): readonly (LookHint | Alert | GateQuestion | ImagePush)[] {
    return [...this.looks, ...this.alerts, ...this.questions, ...this.images]
  }

  async look(hint: LookHint): Promise<void> {
    await this.before()
    this.looks.push(hint)
  }

  async alert(alert: Alert): Promise<void> {
    await this.before()
    this.alerts.push(alert)
  }

  async gate(question: GateQuestion): Promise<GateAnswer> {
    await this.before()
    this.questions.push(question)
    return this.answer
  }

  async image(push: ImagePush): Promise<void> {
    await this.before()
    this.images.push(push)
  }
}
