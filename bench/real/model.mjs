/** The model that all clients download. */
export const MODEL = 'bench/model-GGUF';
export const MODEL_QUANTIZATION = 'Q4_K_M';
export const MODEL_FILE = `model-${MODEL_QUANTIZATION}.gguf`;
