import { MargayError } from '../errors.ts';
import type { KnownModel } from './known-model.ts';

/** The fault of a model that nobody hosts. */
export function notPullable({ name, source }: KnownModel): MargayError {
  if ('export' in source)
    return new MargayError(
      'BAD_INPUT',
      `Nobody hosts graphs of ${name}: they are made here, of the published checkpoint.`,
      {
        remedy: `Download ${source.checkpoint.url} and the tokenizer of ${source.tokenizer}, then: npm run model -- export ${name} --checkpoint FILE.pth --tokenizer FOLDER`,
      },
    );
  const weights = 'weights' in source ? source.weights : '';
  return new MargayError(
    'BAD_INPUT',
    `No graphs of ${name} are published that we know of, and the exporter here does not make them.`,
    {
      remedy: `Export the weights (${weights}) to ONNX by other means; docs/models.md says what margay needs of them.`,
    },
  );
}

/** The fault of a model that is known and not on this machine. */
export function notThere(model: KnownModel): MargayError {
  return new MargayError('NOT_FOUND', `The model "${model.name}" is not on this machine.`, {
    remedy: 'hub' in model.source ? `npm run model -- pull ${model.name}` : (notPullable(model).remedy ?? ''),
  });
}
