/* The items of a set: read from a list when the step starts, added by signals while it is open. */
#include <string.h>

#include "base/check.h"
#include "core/internal.h"

bool pl_core_set_read(struct pl_deciding *d, uint16_t step, struct pl_bytes *items_out)
{
    const struct pl_step_def *sd = &d->def->steps[step];
    struct pl_cel_value value;
    struct pl_reader in;

    *items_out = (struct pl_bytes){NULL, 0};
    if (sd->set.kind != PL_SET_ITEMS || sd->set.items == NULL) {
        return true;
    }
    if (!pl_core_evaluate(d, step, PL_NO_ITEM, sd->set.items, &value)) {
        return false;
    }
    if (value.type != PL_CEL_LIST || !pl_core_keep_value(d, &value, items_out)) {
        pl_core_incident(d, step, PL_NO_ITEM, "items", "the expression gives no list of items");
        return false;
    }
    pl_reader_init(&in, items_out->at, items_out->size);
    if (pl_reader_array(&in) > pl_step_own_tasks(sd)) {
        pl_core_incident(d, step, PL_NO_ITEM, "items",
                         "the list has more items than the step allows (at_most)");
        return false;
    }
    return true;
}

void pl_core_set_begin(struct pl_deciding *d, uint16_t step, struct pl_bytes items)
{
    struct pl_reader in;

    if (items.size > 0) {
        pl_reader_init(&in, items.at, items.size);
        const uint32_t count = pl_reader_array(&in);

        for (uint32_t i = 0; i < count; i++) {
            pl_core_emit(d, (struct pl_event){
                                .kind = PL_EVT_ITEM_ADDED,
                                .step = step,
                                .item = (uint16_t)i,
                                .item_added = {.by = PL_NO_TEXT, .value = pl_reader_value(&in)},
                            });
        }
        PL_CHECK(pl_reader_done(&in));
    }
    (void)pl_core_set_settle(d, step);
}

/* `<step>.add` and `<step>.close` of an open set. */
bool pl_core_set_hears(const struct pl_definition *def, struct pl_text signal, uint16_t *step_out,
                       bool *closes_out)
{
    const char *dot = signal.len > 0 ? memchr(signal.at, '.', signal.len) : NULL;

    if (dot == NULL) {
        return false;
    }
    const uint32_t len = (uint32_t)(dot - signal.at);
    const struct pl_text verb = {dot + 1, signal.len - len - 1};
    const uint16_t step = pl_definition_step(def, (struct pl_text){signal.at, len});
    const bool closes = pl_text_is(verb, "close");

    if (step == PL_NO_STEP || !def->steps[step].set.open || (!closes && !pl_text_is(verb, "add"))) {
        return false;
    }
    *step_out = step;
    *closes_out = closes;
    return true;
}

enum pl_rejection pl_core_set_signal(struct pl_deciding *d, uint16_t step, bool closes)
{
    const struct pl_step *s = pl_core_step(d, step);
    struct pl_event event = {.kind = PL_EVT_SET_CLOSED,
                             .step = step,
                             .item = PL_NO_ITEM,
                             .set_closed = {.by = d->cmd->by}};

    if (s->closed || pl_step_is_settled(s->state)) {
        return PL_REJECT_SET_CLOSED;
    }
    if (s->state != PL_STEP_ACTIVE) {
        return PL_REJECT_NO_ONE_WAITS;
    }
    if (!closes) {
        if (s->item_count == pl_step_own_tasks(&d->def->steps[step])) {
            return PL_REJECT_SET_FULL;
        }
        event = (struct pl_event){.kind = PL_EVT_ITEM_ADDED,
                                  .step = step,
                                  .item = s->item_count,
                                  .item_added = {.by = d->cmd->by, .value = d->cmd->answer}};
    }
    pl_core_emit(d, event);
    pl_core_advance(d);
    return PL_ACCEPTED;
}
