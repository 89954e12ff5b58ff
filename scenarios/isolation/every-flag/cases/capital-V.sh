flags='-V'
