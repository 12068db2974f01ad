/* The HTML report: one file that needs nothing but a browser. The page is reports/html/'s, the runs are in it as JSON
 * (html_data.h) in zlib's format (RFC 1950), in base64 (RFC 4648): nothing that a run says can end the script. */
#include "core/heap.h"
#include "reports/html_data.h"
#include "reports/html_page.h"
#include "reports/report.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <zlib.h>

enum { ENCODED_STEP = 3 * 4096 /* bytes at once; without a rest, so that there is no padding inside */ };

static void add_base64(struct sink *sink, const unsigned char *bytes, size_t length)
{
    unsigned char text[ENCODED_STEP / 3 * 4 + 1];

    for (size_t at = 0; at < length; at += ENCODED_STEP) {
        size_t step = length - at < ENCODED_STEP ? length - at : ENCODED_STEP;
        int written = EVP_EncodeBlock(text, bytes + at, (int)step);

        sink_add_n(sink, (const char *)text, (size_t)written);
    }
}

static void add_deflated(struct sink *sink, const struct sink *data)
{
    uLongf size = compressBound((uLong)data->length);
    unsigned char *bytes = heap_take(size);

    if (compress2(bytes, &size, (const unsigned char *)data->text, (uLong)data->length, Z_BEST_COMPRESSION) != Z_OK) {
        heap_is_out(); /* nothing else can be the matter */
    }
    add_base64(sink, bytes, size);
    free(bytes);
}

void html_report_write(struct sink *sink, const struct run_record *const *records, size_t count,
                       const struct report_options *options)
{
    struct sink data;

    sink_init(&data);
    html_data_write(&data, records, count, options->coverage);
    sink_add(sink, html_page_before_data);
    add_deflated(sink, &data);
    sink_add(sink, html_page_after_data);
    sink_free(&data);
}
