/* Parts of a reply as a table: `show waits:kind,text.en NAME KIND {json}` gives a line for each
 * element of the array `waits`, `show status,starts NAME KIND {json}` one line of the reply itself.
 */
#include <inttypes.h>
#include <placet/error.h>
#include <placet/protocol.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/time.h"
#include "script/script.h"
#include "value/json.h"

#define YEAR_2000_MS INT64_C(946684800000)

static struct pl_bytes at_path(struct pl_bytes value, const char *path)
{
    while (*path != '\0' && value.size > 0) {
        const size_t len = strcspn(path, ".");
        value = pl_value_get(value, (struct pl_text){path, (uint32_t)len});
        path += len + (path[len] == '.' ? 1 : 0);
    }
    return value;
}

static void show_value(struct script *s, struct pl_bytes value)
{
    int64_t number = 0;
    char time[PL_TIME_TEXT_SIZE];
    char *json = NULL;

    if (value.size == 0) {
        transcript_addf(&s->transcript, " -");
    } else if (pl_value_as_i64(value, &number) && number > YEAR_2000_MS) {
        pl_time_format(number, SCRIPT_ZONE_MINUTES, time);
        transcript_addf(&s->transcript, " %.16s", time);
    } else {
        PL_CHECK(pl_json_write(value, false, &json) == PLACET_OK);
        transcript_addf(&s->transcript, " %s", json);
        free(json);
    }
}

static void show_columns(struct script *s, struct pl_bytes value, const char *columns)
{
    char word[128];

    transcript_addf(&s->transcript, "    ");
    while (*columns != '\0') {
        const size_t len = strcspn(columns, ",");
        PL_CHECK(len < sizeof word);
        memcpy(word, columns, len);
        word[len] = '\0';
        show_value(s, at_path(value, word));
        columns += len + (columns[len] == ',' ? 1 : 0);
    }
    transcript_addf(&s->transcript, "\n");
}

void script_letter(struct script *s, char *args)
{
    char *columns = strchr(args, ' ');

    if (columns == NULL) {
        script_fail(s, "letter NAME PATHS is expected", args);
    }
    *columns++ = '\0';
    const uint32_t peer = script_peer(s, args);
    for (uint32_t i = s->world.outbox_count; i > 0; i--) {
        const struct sim_letter *letter = &s->world.outbox[i - 1];
        if (letter->peer.v == peer && (letter->flags & PLACET_FLAG_REPLY) == 0) {
            show_columns(s, letter->body, columns);
            return;
        }
    }
    script_fail(s, "no message came", args);
}

void script_show(struct script *s, char *args)
{
    char *line = strchr(args, ' ');
    struct pl_reader in;

    if (line == NULL) {
        script_fail(s, "show PATHS NAME KIND BODY is expected", args);
    }
    *line++ = '\0';
    script_message(s, line);
    const uint64_t asked = s->world.next_correlation;
    script_settle(s);
    transcript_catch_up(&s->transcript);
    const struct sim_letter *reply = sim_reply(&s->world, asked);
    if (reply == NULL) {
        script_fail(s, "no reply", args);
    }
    char *columns = strchr(args, ':');
    if (columns == NULL) {
        show_columns(s, reply->body, args);
        return;
    }
    *columns++ = '\0';
    const struct pl_bytes list = at_path(reply->body, args);
    pl_reader_init(&in, list.at, list.size);
    if (list.size == 0 || pl_reader_peek(&in) != PL_VALUE_ARRAY) {
        return;
    }
    const uint32_t count = pl_reader_array(&in);
    for (uint32_t i = 0; i < count; i++) {
        show_columns(s, pl_reader_value(&in), columns);
    }
}
