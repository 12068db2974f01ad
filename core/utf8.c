#include "core/utf8.h"

#include <stdbool.h>

size_t utf8_length(const char *text, size_t rest)
{
    const unsigned char *byte = (const unsigned char *)text;
    size_t length = byte[0] < 0x80                      ? 1
                    : byte[0] >= 0xc2 && byte[0] < 0xe0 ? 2
                    : byte[0] >= 0xe0 && byte[0] < 0xf0 ? 3
                    : byte[0] >= 0xf0 && byte[0] < 0xf5 ? 4
                                                        : 0;

    if (length == 0 || length > rest) {
        return 0;
    }
    for (size_t i = 1; i < length; i++) {
        if ((byte[i] & 0xc0) != 0x80) {
            return 0;
        }
    }
    bool overlong = (byte[0] == 0xe0 && byte[1] < 0xa0) || (byte[0] == 0xf0 && byte[1] < 0x90);
    bool surrogate = byte[0] == 0xed && byte[1] >= 0xa0;
    bool too_large = byte[0] == 0xf4 && byte[1] >= 0x90;

    return overlong || surrogate || too_large ? 0 : length;
}
