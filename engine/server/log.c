#include "server/log.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/time.h"

static bool as_json;

void pl_log_as_json(bool json)
{
    as_json = json;
}

void pl_log(enum pl_log_level level, const char *format, ...)
{
    static const char *const names[] = {"info", "warning", "error"};
    char text[1024];
    char time_text[PL_TIME_TEXT_SIZE];
    struct timespec now;
    va_list args;

    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    /* The log speaks of the machine's time, also when the engine's runs fast. */
    (void)clock_gettime(CLOCK_REALTIME, &now);
    pl_time_format((int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000, 0, time_text);
    if (as_json) {
        json_t *line =
            json_pack("{s:s, s:s, s:s}", "time", time_text, "level", names[level], "message", text);
        char *dumped = line == NULL ? NULL : json_dumps(line, JSON_COMPACT);
        (void)fprintf(stderr, "%s\n", dumped == NULL ? "{\"level\":\"error\"}" : dumped);
        free(dumped);
        json_decref(line);
        return;
    }
    (void)fprintf(stderr, "%s placetd: %s%s%s\n", time_text,
                  level == PL_LOG_INFO ? "" : names[level], level == PL_LOG_INFO ? "" : ": ", text);
}
