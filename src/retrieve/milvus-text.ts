import { DataType, FunctionType } from '@zilliz/milvus2-sdk-node';
import type { Analyzer } from '../catalog/definition.ts';
import { MAX_FULL_TEXT_BYTES } from './full-text.ts';

/** Where a product's words are, empty in the rows of all but its main picture, and what Milvus makes of them. */
const TEXT = 'text';
export const WORDS = 'words';

/** The jieba of Milvus keeps punctuation unless it is told not to; Milvus Lite knows no filter but stop words and lowers case by itself. */
const PARAMETERS: Readonly<Record<Analyzer, object>> = {
  STANDARD: { tokenizer: 'standard', filter: ['lowercase'] },
  ENGLISH: { type: 'english' },
  CHINESE: { tokenizer: 'jieba', filter: ['lowercase', 'cnalphanumonly'] },
};

/** What of a collection's schema makes full text; nothing without an analyzer, since Milvus 2.3 dies of it. */
export function textSchema(analyzer: Analyzer | null) {
  if (analyzer === null) return { fields: [], functions: [], indexes: [] };
  return {
    fields: [
      {
        name: TEXT,
        data_type: DataType.VarChar,
        max_length: MAX_FULL_TEXT_BYTES,
        enable_analyzer: true,
        analyzer_params: PARAMETERS[analyzer],
      },
      { name: WORDS, data_type: DataType.SparseFloatVector, is_function_output: true },
    ],
    functions: [
      { name: 'bm25', type: FunctionType.BM25, input_field_names: [TEXT], output_field_names: [WORDS], params: {} },
    ],
    indexes: [{ field_name: WORDS, index_type: 'SPARSE_INVERTED_INDEX', metric_type: 'BM25', params: {} }],
  };
}

/**
 * What a server has, by the version that it tells: to try would be to end Milvus 2.3. Milvus has full text from 2.5 on; Milvus Lite takes any
 * analyzer for `standard` but jieba.
 */
export function analyzersOf(version: string): readonly Analyzer[] {
  if (version.startsWith('milvus_lite')) return ['STANDARD', 'CHINESE'];
  const [, major, minor] = /(\d+)\.(\d+)/.exec(version) ?? [];
  return Number(major) > 2 || (Number(major) === 2 && Number(minor) >= 5)
    ? (Object.keys(PARAMETERS) as Analyzer[])
    : [];
}
