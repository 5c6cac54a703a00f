/* Bringing the state back: tables first, then the journal from where some block may lack an event.
 */
#include <placet/error.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/hash.h"
#include "definition/definition.h"
#include "server/sessions.h"
#include "server/turn.h"
#include "wire/case.h"
#include "wire/events.h"

#define FRAMES_PER_READ 1024u
#define BLOB_SIZE_FIRST 4096u

struct recovery {
    struct pl_server *s;
    uint64_t
        *absorbed; /* by block: the sequence up to which its stored form has applied everything */
    uint32_t block_count;
    uint64_t absorbed_max;
    uint64_t closed_count; /* rows of closed cases: the replay closes some of them once more */
    uint64_t next_seq;     /* of the replay */
    bool chained;          /* `previous` is known: frames must follow it */
    struct pl_digest previous;
    uint8_t *blob;
    uint32_t blob_size;
    bool half_rebuilt; /* the tables were being written anew when somebody pulled the plug */
};

/* ---- tables ---- */

int pl_recover_load_definition(struct pl_bytes bundle, struct pl_definition **def_out)
{
    struct pl_diags *diags = pl_diags_new();

    if (diags == NULL) {
        return PLACET_ENOMEM;
    }
    const int rc = pl_definition_load(bundle, diags, def_out, NULL);
    free(diags);
    return rc;
}

static int take_definition(void *context, uint64_t key, struct pl_bytes bundle)
{
    struct recovery *r = context;
    struct pl_definition *def;

    if (key != r->s->state.revision_count + 1U) {
        return PLACET_ECORRUPT;
    }
    int rc = pl_recover_load_definition(bundle, &def);
    if (rc < 0) {
        return rc;
    }
    rc = pl_state_add_definition(&r->s->state, def);
    if (rc < 0) {
        pl_definition_free(def);
        return rc;
    }
    return pl_recover_bind_services(r->s, def->number);
}

static int grow_absorbed(struct recovery *r, uint32_t block)
{
    uint64_t *grown = realloc(r->absorbed, (block + 1U) * sizeof *grown);

    if (grown == NULL) {
        return PLACET_ENOMEM;
    }
    memset(grown + r->block_count, 0, (block + 1U - r->block_count) * sizeof *grown);
    r->absorbed = grown;
    r->block_count = block + 1U;
    return PLACET_OK;
}

static int take_block(void *context, uint64_t key, struct pl_bytes value)
{
    struct recovery *r = context;
    uint64_t seq = 0;

    if (key >= PL_OPEN_CASES_MAX / PL_BLOCK_CASES) {
        return PLACET_ECORRUPT;
    }
    int rc = grow_absorbed(r, (uint32_t)key);
    if (rc == PLACET_OK) {
        rc = pl_checkpoint_restore(&r->s->state, (uint32_t)key, value, &seq);
    }
    if (rc < 0) {
        return rc;
    }
    r->absorbed[key] = seq;
    r->absorbed_max = seq > r->absorbed_max ? seq : r->absorbed_max;
    return PLACET_OK;
}

static int take_reply(void *context, uint64_t key, struct pl_bytes value)
{
    struct recovery *r = context;
    struct pl_reply reply;
    const int rc = pl_reply_read(key, value, &reply);

    return rc < 0 ? rc : pl_state_add_reply(&r->s->state, &reply);
}

static int take_closed(void *context, uint64_t key, struct pl_bytes value)
{
    struct recovery *r = context;
    struct pl_case c;
    int rc = pl_wire_peek_case(value, &c);

    if (rc < 0) {
        return rc;
    }
    const struct pl_definition *def = pl_state_definition_number(&r->s->state, c.definition);
    if (def == NULL || c.id.v != key) {
        return PLACET_ECORRUPT;
    }
    r->closed_count++;
    return pl_state_add_closed(&r->s->state, pl_state_key_hash(def->workflow, c.key), c.id);
}

static int read_blob(struct recovery *r, uint64_t seq, struct pl_bytes *value_out);

/* The amendments of calendars, before anything that counts by them. */
static int take_calendars(struct recovery *r)
{
    struct pl_store *store = r->s->store;
    uint32_t size = 0;
    struct pl_reader in;

    int rc = store->ops->get(store, PL_TABLE_META, PL_META_CALENDARS, NULL, &size);
    if (rc != PLACET_ELIMIT) {
        return rc == PLACET_ENOTFOUND ? PLACET_OK : rc;
    }
    uint8_t *row = malloc(size);
    rc = row == NULL ? PLACET_ENOMEM
                     : store->ops->get(store, PL_TABLE_META, PL_META_CALENDARS, row, &size);
    pl_reader_init(&in, row, size);
    const uint32_t count = rc == PLACET_OK ? pl_reader_array(&in) : 0;
    for (uint32_t i = 0; rc == PLACET_OK && i < count; i++) {
        const uint64_t seq = pl_reader_u64(&in, UINT64_MAX);
        struct pl_bytes file = {0};
        rc = in.bad ? PLACET_ECORRUPT : read_blob(r, seq, &file);
        if (rc == PLACET_OK) {
            rc = pl_calendars_fold(&r->s->state, file, seq);
        }
    }
    free(row);
    return rc == PLACET_ENOTFOUND ? PLACET_ECORRUPT : rc;
}

static int load_tables(struct recovery *r)
{
    struct pl_server *s = r->s;
    struct pl_store *store = s->store;

    int rc = take_calendars(r);
    if (rc == PLACET_OK) {
        rc = store->ops->visit(store, PL_TABLE_DEFINITIONS, 0, take_definition, r);
    }
    if (rc == PLACET_OK) {
        rc = store->ops->visit(store, PL_TABLE_BLOCKS, 0, take_block, r);
    }
    if (rc == PLACET_OK) {
        rc = store->ops->visit(store, PL_TABLE_REPLIES, 0, take_reply, r);
    }
    if (rc == PLACET_OK) {
        rc = store->ops->visit(store, PL_TABLE_CLOSED, 0, take_closed, r);
    }
    /* What came from a block stands in that block already. */
    for (uint32_t block = 0; block < s->state.slot_size / PL_BLOCK_CASES; block++) {
        s->state.block_dirty[block] = 0;
    }
    s->state.dirty_count = 0;
    return rc;
}

/* ---- replay ---- */

static bool is_absorbed(struct recovery *r, const struct pl_event *event, uint64_t seq, bool *lost)
{
    struct pl_server *s = r->s;
    uint32_t slot;

    *lost = false;
    if (event->kind == PL_EVT_CASE_STARTED) {
        const uint64_t block = event->case_started.slot / PL_BLOCK_CASES;
        return block < r->block_count && r->absorbed[block] >= seq;
    }
    if (event->case_id.v == 0 || !pl_map_get(&s->state.slot_of_case, event->case_id.v, &slot)) {
        *lost = event->case_id.v != 0 && seq > r->absorbed_max && pl_state_folds(event);
        return true;
    }
    const uint32_t block = slot / PL_BLOCK_CASES;
    return block < r->block_count && r->absorbed[block] >= seq;
}

static int no_closed(void *context, const struct pl_live *live, struct pl_bytes packed)
{
    (void)context;
    (void)live;
    (void)packed;
    return PLACET_OK; /* it stands in its table since the same transaction */
}

static int replay_event(struct recovery *r, const struct pl_event *event, uint64_t seq,
                        int64_t at_ms)
{
    struct pl_live *live;
    bool lost;

    if (is_absorbed(r, event, seq, &lost)) {
        return lost ? PLACET_ECORRUPT : PLACET_OK;
    }
    return pl_state_fold(&r->s->state, &r->s->arena, event, seq, at_ms, &live);
}

static int replay_frame(void *context, struct pl_bytes bytes)
{
    struct recovery *r = context;
    struct pl_server *s = r->s;
    struct pl_frame frame;
    struct pl_reader in;

    int rc = pl_frame_parse(bytes.at, bytes.size, PL_FRAME_HASH, &frame);
    if (rc < 0) {
        return rc;
    }
    if (r->chained && (memcmp(&frame.previous, &r->previous, sizeof r->previous) != 0 ||
                       frame.first_seq != r->next_seq)) {
        return PLACET_ECORRUPT;
    }
    pl_arena_reset(&s->arena);
    pl_reader_init(&in, frame.payload.at, frame.payload.size);
    for (uint32_t i = 0; i < frame.count; i++) {
        struct pl_event event;
        rc = pl_wire_read_event(&in, &event);
        if (rc == PLACET_OK) {
            rc = replay_event(r, &event, frame.first_seq + i, frame.at_ms);
        }
        if (rc < 0) {
            return rc;
        }
    }
    if (!pl_reader_done(&in)) {
        return PLACET_ECORRUPT;
    }
    r->chained = true;
    r->previous = frame.hash;
    r->next_seq = pl_frame_last_seq(&frame) + 1;
    s->state.last_seq = r->next_seq - 1;
    s->state.last_ms = frame.at_ms;
    return pl_state_close_turn(&s->state, &s->arena, no_closed, NULL);
}

static int take_last_frame(void *context, struct pl_bytes bytes)
{
    struct recovery *r = context;
    struct pl_frame frame;
    const int rc = pl_frame_parse(bytes.at, bytes.size, PL_FRAME_HASH, &frame);

    if (rc < 0) {
        return rc;
    }
    r->s->turn->previous = frame.hash;
    r->s->state.last_seq = pl_frame_last_seq(&frame);
    r->s->state.last_ms = frame.at_ms;
    return PLACET_OK;
}

static int read_mark(struct recovery *r)
{
    struct pl_store *store = r->s->store;
    uint8_t memory[16];
    uint32_t size = sizeof memory;
    struct pl_reader in;
    const int rc = store->ops->get(store, PL_TABLE_META, PL_META_CHECKPOINT, memory, &size);

    if (rc == PLACET_ENOTFOUND) {
        r->s->turn->replay_seq = 1;
        return PLACET_OK;
    }
    if (rc < 0) {
        return rc;
    }
    pl_reader_init(&in, memory, size);
    r->s->turn->replay_seq = pl_reader_u64(&in, UINT64_MAX);
    r->half_rebuilt = pl_reader_done(&in) && r->s->turn->replay_seq == 0;
    return pl_reader_done(&in) && !r->half_rebuilt ? PLACET_OK : PLACET_ECORRUPT;
}

static int replay(struct recovery *r)
{
    struct pl_server *s = r->s;
    struct pl_journal *journal = s->journal;

    int rc = journal->ops->last(journal, take_last_frame, r);
    if (rc == PLACET_ENOTFOUND) {
        return PLACET_OK;
    }
    if (rc < 0) {
        return rc;
    }
    const uint64_t last_seq = s->state.last_seq;
    r->next_seq = s->turn->replay_seq;
    while (rc == PLACET_OK && r->next_seq <= last_seq) {
        const uint64_t from = r->next_seq;
        rc = journal->ops->read(journal, from, FRAMES_PER_READ, replay_frame, r);
        if (rc == PLACET_OK && r->next_seq == from) {
            return PLACET_ECORRUPT; /* frames end before the newest event */
        }
    }
    return rc == PLACET_ENOTFOUND ? PLACET_ECORRUPT : rc;
}

/* ---- what is derived ---- */

int pl_recover_bind_services(struct pl_server *s, uint32_t number)
{
    struct pl_revision *revision = &s->state.revisions[number - 1];
    const struct pl_definition *def = revision->def;

    revision->queues = malloc((def->service_count + 1U) * sizeof *revision->queues);
    if (revision->queues == NULL) {
        return PLACET_ENOMEM;
    }
    for (uint16_t i = 0; i < def->service_count; i++) {
        revision->queues[i] = pl_queues_service(&s->queues, def->services[i].name);
        if (revision->queues[i] == UINT32_MAX) {
            return PLACET_ELIMIT;
        }
    }
    return PLACET_OK;
}

static int read_blob(struct recovery *r, uint64_t seq, struct pl_bytes *value_out)
{
    struct pl_store *store = r->s->store;

    for (;;) {
        uint32_t size = r->blob_size;
        const int rc = store->ops->get(store, PL_TABLE_BLOBS, seq, r->blob, &size);
        if (rc == PLACET_OK) {
            *value_out = (struct pl_bytes){r->blob, size};
            return PLACET_OK;
        }
        if (rc != PLACET_ELIMIT) {
            return rc;
        }
        uint8_t *grown = realloc(r->blob, size);
        if (grown == NULL) {
            return PLACET_ENOMEM;
        }
        r->blob = grown;
        r->blob_size = size;
    }
}

/* A value that the case refers to, unless the replay has brought it already. PLACET_ENOTFOUND. */
static int find_blob(struct recovery *r, uint32_t slot, uint64_t seq)
{
    struct pl_bytes value = {0};

    if (seq == 0 || pl_state_blob(&r->s->state, slot, seq).size != 0) {
        return PLACET_OK;
    }
    const int rc = read_blob(r, seq, &value);
    if (rc < 0) {
        return rc;
    }
    return pl_state_add_blob(&r->s->state, slot, seq, value);
}

static int take_blob(struct recovery *r, uint32_t slot, uint64_t seq)
{
    const int rc = find_blob(r, slot, seq);
    return rc == PLACET_ENOTFOUND ? PLACET_ECORRUPT : rc;
}

/* One that may have been nil: an item of a list, what a signal brought. */
static int take_blob_if_any(struct recovery *r, uint32_t slot, uint64_t seq)
{
    const int rc = find_blob(r, slot, seq);
    return rc == PLACET_ENOTFOUND ? PLACET_OK : rc;
}

/* The documents of a case that came from a block. */
static int take_documents(struct recovery *r, struct pl_live *live)
{
    const uint32_t slot = live->c.slot;
    int rc = take_blob(r, slot, live->c.form_seq);

    for (uint16_t i = 0; rc == PLACET_OK && i < live->c.step_count; i++) {
        rc = take_blob_if_any(r, slot, live->c.steps[i].value_seq);
    }
    for (uint16_t i = 0; rc == PLACET_OK && i < live->c.task_count; i++) {
        const struct pl_task *task = &live->c.tasks[i];
        rc = task->has_answer ? take_blob(r, slot, task->seq) : PLACET_OK;
        if (rc == PLACET_OK) {
            rc = take_blob_if_any(r, slot, task->item_seq);
        }
    }
    return rc == PLACET_OK ? pl_state_show_data(&r->s->state, &r->s->arena, live) : rc;
}

static int derive_task(struct pl_server *s, const struct pl_live *live, uint16_t task)
{
    const struct pl_task *t = &live->c.tasks[task];
    const bool ready = t->state == PL_TASK_READY && !live->c.paused;

    if (!ready && !pl_task_is_leased(t->state)) {
        return PLACET_OK;
    }
    const uint16_t step = pl_definition_step_of_task(live->def, task);
    const struct pl_step_def *def = &live->def->steps[step];
    const uint16_t item = (uint16_t)(task - def->first_task);
    const uint16_t service = pl_task_service(live->def, &live->c, step, item);
    if (service == PL_NO_SERVICE) {
        return PLACET_OK; /* a child case */
    }
    if (!ready) {
        pl_sessions_recovered(s, live, step, item);
        return PLACET_OK;
    }
    const struct pl_queue_entry entry = {
        .ready_seq = t->ready_seq, .case_id = live->c.id, .step = step, .item = item};
    return pl_queues_push(&s->queues, s->state.revisions[live->def->number - 1].queues[service],
                          entry);
}

static int derive_case(struct recovery *r, uint32_t slot)
{
    struct pl_server *s = r->s;
    struct pl_live *live;

    pl_arena_reset(&s->arena);
    int rc = pl_state_open(&s->state, &s->arena, s->state.slots[slot].id, &live);
    if (rc < 0) {
        return rc;
    }
    rc = take_documents(r, live);
    if (rc == PLACET_OK) {
        rc = pl_state_keep_key(&s->state, slot);
    }
    for (uint16_t task = 0; rc == PLACET_OK && task < live->c.task_count; task++) {
        rc = derive_task(s, live, task);
    }
    if (rc == PLACET_OK) {
        rc = pl_state_set_wake(&s->state, live);
    }
    if (rc == PLACET_OK) {
        rc = pl_signals_index(s, live);
    }
    if (rc == PLACET_OK) {
        rc = pl_errands_of_case(s, live);
    }
    pl_state_drop_turn(&s->state);
    return rc;
}

/* What no table holds: documents beside their cases, queues, wake times, holders of leases. */
static int derive(struct recovery *r)
{
    int rc = PLACET_OK;

    r->s->state.closed_count = r->closed_count;
    if (r->s->state.amendment_count > 0) {
        r->s->state.follow_slot = 0; /* some case may lag behind */
    }
    for (uint32_t slot = 0; rc == PLACET_OK && slot < r->s->state.slot_count; slot++) {
        if (r->s->state.slots[slot].id.v != 0) {
            rc = derive_case(r, slot);
        }
    }
    return rc;
}

static void say_why(const struct recovery *r, int rc, struct placet_error *err)
{
    const char *what = rc == PLACET_ECORRUPT   ? "the store does not pass its checks"
                       : rc == PLACET_EINVALID ? "a stored definition cannot be loaded"
                                               : placet_strstatus(rc);
    const char *hint = "Run `placet store verify` to see where, and restore from a backup.";

    if (r->half_rebuilt) {
        what = "a rebuild of this store was broken off";
        hint = "Run `placet store rebuild` again; the journal is whole.";
    }
    *err = (struct placet_error){.status = (enum placet_status)rc};
    (void)snprintf(err->message, sizeof err->message, "%s", what);
    (void)snprintf(err->hint, sizeof err->hint, "%s", hint);
}

int pl_server_recover(struct pl_server *s, struct placet_error *err)
{
    struct recovery r = {.s = s, .blob_size = BLOB_SIZE_FIRST, .blob = malloc(BLOB_SIZE_FIRST)};

    int rc = r.blob == NULL ? PLACET_ENOMEM : read_mark(&r);
    if (rc == PLACET_OK) {
        rc = load_tables(&r);
    }
    if (rc == PLACET_OK) {
        rc = replay(&r);
    }
    if (rc == PLACET_OK) {
        rc = derive(&r);
    }
    s->turn->cycle_seq = s->state.last_seq + 1;
    free(r.absorbed);
    free(r.blob);
    if (rc < 0 && err != NULL) {
        say_why(&r, rc, err);
    }
    return rc;
}
