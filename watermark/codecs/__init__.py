"""One file a codec. A new codec is a new file here and one row in `watermark.codec.CODECS`."""
