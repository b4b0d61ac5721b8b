import { milvusFaults } from './milvus-faults.ts';

milvusFaults('standalone');
