/* Written by scripts/hub-digests.mjs. */

/** The sha256 of the built-in repos' files under the default seed, by content id. */
export const knownDigests: Readonly<Record<string, string>> = {
  // modeldock/tiny-chat-GGUF/mmproj-tiny-chat-F16.gguf, 1048576
  a57aeb47ea0b87be9172a6749223ffd728d5fa25010bb335f87eee8a719805ed:
    'd8e47fce484cedb7b961f3d885fcb100d9ae491752e872c679d02584173f7fd7',
  // modeldock/tiny-chat-GGUF/tiny-chat-F16.gguf, 9437184
  c7ca4d486fc771277a02d09303f819208f82025deacd053b6545682266e9a3db:
    'a38f277b6c5ddeb7da895f716f40eec4e080e4dc3271d2eba60332734fa10f3c',
  // modeldock/tiny-chat-GGUF/tiny-chat-Q4_K_M.gguf, 3145728
  cb305a89782005932d2eb900baebddc091049df0c64a7225bb8db2f51f1fcd24:
    '7a677fba14ee4e47a8c265953e09d9234e828afbaf49d6172df61a98e1bcd7bd',
  // modeldock/tiny-chat-GGUF/tiny-chat-Q8_0.gguf, 5242957
  '5fadc266a9a05b695a0c193a3f9fb1fa33b29679ed84c98d7f93100099fa362c':
    'f5b4d32945a8ae250420133e2adfa4c473e9000ae511bdeedf56ffb01d7bbb1c',
  // modeldock/split-chat-GGUF/BF16/split-chat-BF16-00001-of-00002.gguf, 4194304
  f8a3eee0751393ade1be97fbfa3682cc3c89037c855649d305a70225b8512ac8:
    '39fe61e36c20c827eeb4bdec4913e1ac904b981de12fc8d980b056b730cacd7a',
  // modeldock/split-chat-GGUF/BF16/split-chat-BF16-00002-of-00002.gguf, 4194304
  d73f86ca473d286ee63dadda2abddc38c21896231dfe51cd20845b23ec74da88:
    '2e36d72e38fc631a77a744a61f83050b31b53ab7067edd5c3880f29f113cfa13',
  // modeldock/split-chat-GGUF/split-chat-Q4_K_M-00001-of-00003.gguf, 2097152
  aadb56f882ce037988459b76e01ce8651887a458a1b8a6fb22ad7bbd05657931:
    '7ccf59ceba74fc7b5a9d6ba4e1b2ec51fc0ac95905c31ef071dbd36692ad8047',
  // modeldock/split-chat-GGUF/split-chat-Q4_K_M-00002-of-00003.gguf, 2097152
  '07f91c5b0539690c378929ffb0416bba01f0c40fc93ba882ec9b9cf1224feb93':
    'd44c3a26e921ce851ee5cc00e972546e32307084c6f6fff1c837aa0a12d7a213',
  // modeldock/split-chat-GGUF/split-chat-Q4_K_M-00003-of-00003.gguf, 2097152
  '1e43a6f82342932d4dea58e4ad4df73e20031f449f33ee876de7a73dbdaf47ff':
    '81862efe7983a596f9d72a5575bd166c84380ec54ab23c0abe75da9593b72dae',
  // modeldock/split-chat-GGUF/split-chat.imatrix, 65536
  '7592120d2551b7a8c877842e4672a2d89c67a3305239484985f2d9c53eccb925':
    '6aa6e6fcad58d4eaca66fc53e19a2fea76e4e8170e46d0fce0ee02fd07e0e289',
  // modeldock/tiny-chat-MLX-4bit/model-00001-of-00002.safetensors, 3145728
  c8bcd385c4dfed21ca110420601f9d85d1d991d7d2eac85e762f47e04fba9d21:
    'c3601678826fdd62ae594cabc2647edd6be3f606d9271393ae5c87c5d086d971',
  // modeldock/tiny-chat-MLX-4bit/model-00002-of-00002.safetensors, 3145728
  '23bddf9a21166fc59389b44b5001dfc91251cbb0072ba967862c9ca3a339f8f0':
    '95f9a865911fea67cab177bf917c5e1f3300f7bae842ad45b4c6b80f64653633',
  // modeldock/tiny-chat-MLX-4bit/tokenizer.json, 262144
  '964ec71a09aa8c962a99c3a19ed38613466f67358c039d28815957467ea5f057':
    '743a75e32c42ebda916a6bd25b928ea76d31d85d3c74456f013d821baa91f06f',
  // modeldock/tiny-embed-GGUF/tiny-embed-F32.gguf, 4194304
  '570e4b9ab2de81b8520b5535ae1841f59063e3ce4e1a3f50f88eeccb313580e3':
    '24f353126ca0b6e72ff1a430baf500ab878896352e47778be74e1f10961dba26',
  // modeldock/tiny-embed-GGUF/tiny-embed-Q8_0.gguf, 2097152
  '04727dcbe631f9d7cfa764f634e160f5af04b722d3e112133e89aa9a02587a8a':
    '05e1c0fd89141afbac06ce2b16a7fba13c61212afdcabf998357312bdc4b998c',
  // modeldock/medium-chat-GGUF/medium-chat-Q4_K_M.gguf, 1073741824
  '480ed300e02b176ade2316a41d245a6a8f2969e12508520fd656c0a703146748':
    '02cc755bf78170cd102d254549419525fec8c591e2e73cd0837ec0eb2b841888',
  // modeldock/huge-chat-GGUF/huge-chat-Q4_K_M.gguf, 23622320128
  ad22dd99c3c2faa0feb048a483c4c6abf2ad9536f59965407e4afcc0426affb0:
    'e8abc13c888c9651f05dc3557741bb7c6a320ce06e5dae431f8bbcf96b2b8cc8',
  // modeldock/huge-chat-GGUF/huge-chat-Q8_0.gguf, 40000000000
  bc93ffc27930f906ec30b09bfaa501219ccfed177ad27e745bfb54041601710e:
    '74cf5f91b12dff5a569bd9f6f107e158b9c8a1793d6855c53d11a5a1cab967c6',
  // modeldock/moving-chat-GGUF/moving-chat-Q4_K_M.gguf, 2097152
  d3c4fa752078a004263bcb9cd15ff14c5cf235438b89401d16b45372461fd100:
    'ab20eef5c7afad1d30b4868b4a8adab8b2857ecc001d6a31092fda6aceda875d',
  // modeldock/moving-chat-GGUF/moving-chat-Q4_K_M.gguf, 2097152
  ecbc19790ab7ea3c848e1a4c301074d10ba11739c4dae2d00554f2ca03873d9b:
    '3f81503c30ea0baca3a30d5e3baba2561ba7eefdf63676f58cd58a4750e9d0c5',
  // modeldock/moving-chat-GGUF/moving-chat-Q4_K_M.gguf, 2097664
  ced55584ad84c1937753c5bebbd1243182d5bc3eae4fa8ea1a8311df26462219:
    '3e9f25303dd030f19f40cad74549867303709924b4f7c98813f243b5b29131f4',
  // modeldock/private-chat-GGUF/private-chat-Q4_K_M.gguf, 1048576
  b4985853c4d8fd14a95ef8a7baec22c3efca6be78a3f6abca8b0e896e9233c82:
    '223e3798790056a4a080fbf38f451d7843cc3a1e0099a3e7f26da5eaaa798bc0',
  // modeldock/gated-auto-chat-GGUF/gated-auto-chat-Q4_K_M.gguf, 1048576
  b34136879fd65c278295fc8565fc21b4b1c561c0da4699ddcdc6866a21f63ea3:
    'fbceca24eb62c0bd20a5c52f5f06088b70b8a03b74c88b54a46eaf05f223cfca',
  // modeldock/gated-manual-chat-GGUF/gated-manual-chat-Q4_K_M.gguf, 1048576
  '59265c133ba1a4bbcad7c335dfefe8dfffc6072d628f24146f5b3fc0969f6522':
    '9b8883cec76afd76f7f2c48e223786831f16fce758a4e0c30c1c93e763a43337',
  // modeldock/disabled-chat-GGUF/disabled-chat-Q4_K_M.gguf, 1048576
  '873e862064192045b43d6dae38e69d29d8077f0072406861009bb5eb7d7267a7':
    '0c49985bcbb10578a276427cebb558a753190ac07acc346a0faa80a25d583ead',
};
