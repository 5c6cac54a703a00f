#include <string.h>

#include "base/time.h"
#include "core/data.h"
#include "core/internal.h"

static struct pl_reading reading(const struct pl_deciding *d, struct pl_case_data *data,
                                 uint16_t step, uint16_t item)
{
    struct pl_outcome *out = d->out;

    *data = *d->data;
    data->form = out->form;
    return (struct pl_reading){
        .def = d->def,
        .c = &out->after,
        .data = data,
        .events = out->events,
        .event_count = out->event_count,
        .next_seq = d->facts->next_seq,
        .now_ms = d->facts->now_ms,
        .step = step,
        .item = item,
        .room = out->room,
        .room_size = sizeof(out->room),
        .used = out->room_used,
    };
}

struct pl_text pl_core_say(struct pl_outcome *out, const char *text, size_t len)
{
    const size_t room = sizeof(out->text) - out->text_len;
    char *const at = out->text + out->text_len;

    len = len < room ? len : room;
    memcpy(at, text, len);
    out->text_len += (uint32_t)len;
    return (struct pl_text){at, (uint32_t)len};
}

void pl_core_incident(struct pl_deciding *d, uint16_t step, uint16_t item, const char *code,
                      const char *message)
{
    pl_core_emit(d, (struct pl_event){
                        .kind = PL_EVT_STEP_INCIDENT,
                        .step = step,
                        .item = item,
                        .step_incident = {.code = pl_text_of(code),
                                          .message = pl_core_say(d->out, message, strlen(message))},
                    });
}

/* A fault is never an answer: it becomes an incident of the step. */
bool pl_core_evaluate(struct pl_deciding *d, uint16_t step, uint16_t item,
                      const struct pl_cel_program *program, struct pl_cel_value *value_out)
{
    struct pl_case_data data;
    struct pl_reading r = reading(d, &data, step, item);
    char why[PL_INCIDENT_LINE_MAX];
    const struct pl_cel_result result = pl_core_read(&r, program, why, sizeof(why));

    if (result.fault != PL_CEL_OK) {
        pl_core_incident(d, step, item, "guard", why);
        return false;
    }
    d->out->room_used = r.used;
    *value_out = result.value;
    return true;
}

bool pl_core_condition(struct pl_deciding *d, uint16_t step, uint16_t item,
                       const struct pl_cel_program *program, bool *holds_out)
{
    const size_t used = d->out->room_used;
    struct pl_cel_value value;

    if (program == NULL) {
        *holds_out = true;
        return true;
    }
    if (!pl_core_evaluate(d, step, item, program, &value)) {
        return false;
    }
    d->out->room_used = used;
    if (value.type != PL_CEL_BOOL) {
        pl_core_incident(d, step, item, "guard", "the expression gives no condition");
        return false;
    }
    *holds_out = value.boolean;
    return true;
}

bool pl_core_evaluate_day(struct pl_deciding *d, uint16_t step,
                          const struct pl_cel_program *program, int32_t *day_out)
{
    const size_t used = d->out->room_used;
    struct pl_cel_value value;
    struct pl_date date = {0};

    if (!pl_core_evaluate(d, step, PL_NO_ITEM, program, &value)) {
        return false;
    }
    d->out->room_used = used;
    if (value.type != PL_CEL_STRING || !pl_date_parse(value.text, &date)) {
        pl_core_incident(d, step, PL_NO_ITEM, "guard", "the expression gives no day YYYY-MM-DD");
        return false;
    }
    *day_out = pl_day_of_date(date);
    return true;
}

bool pl_core_keep_value(struct pl_deciding *d, const struct pl_cel_value *value,
                        struct pl_bytes *bytes_out)
{
    struct pl_outcome *out = d->out;
    struct pl_writer writer;

    pl_writer_init(&writer, out->room + out->room_used, sizeof(out->room) - out->room_used);
    if (pl_cel_write(&writer, value) < 0 || !pl_writer_ok(&writer)) {
        return false;
    }
    *bytes_out = pl_writer_bytes(&writer);
    out->room_used += writer.used;
    return true;
}

bool pl_core_key_of(struct pl_deciding *d, uint16_t step, struct pl_text *key_out)
{
    struct pl_case_data data;
    struct pl_reading r = reading(d, &data, step, PL_NO_ITEM);

    return pl_core_signal_key(&r, step, key_out);
}
