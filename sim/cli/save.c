#include "sim/cli/save.h"

#include "sim/cli/cli.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FOLDER_MODE = 0777 /* less the umask */ };

bool deliver(struct sink *sink, const char *path)
{
    bool good = sink_deliver(sink, path);

    if (!good) {
        complain("%s: %s", path == NULL ? "standard output" : path, strerror(errno));
    }
    sink_free(sink);
    return good;
}

bool shows_color(const char *path)
{
    const char *no_color = getenv("NO_COLOR"); /* https://no-color.org */

    return path == NULL && isatty(STDOUT_FILENO) && (no_color == NULL || no_color[0] == '\0');
}

unsigned shown_columns(const char *path)
{
    struct winsize size;

    return path == NULL && isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

bool save_files(const char *folder, const struct saved *files, uint32_t count)
{
    if (mkdir(folder, FOLDER_MODE) != 0 && errno != EEXIST) {
        complain("%s: %s", folder, strerror(errno));
        return false;
    }
    for (uint32_t i = 0; i < count; i++) {
        struct sink sink;

        if (files[i].text == NULL) {
            continue;
        }
        sink_init(&sink);
        sink_add(&sink, files[i].text);
        if (!deliver(&sink, files[i].file)) {
            return false;
        }
    }
    return true;
}
