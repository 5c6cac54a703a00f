#include "server/rebuild.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "definition/definition.h"
#include "server/clock.h"
#include "server/turn.h"
#include "wire/case.h"
#include "wire/events.h"

#define FRAMES_PER_READ 256u
#define ROWS_PER_TRIM   4096u
#define ARENA_SIZE      (32u << 20)
#define ROW_SIZE_FIRST  (64u << 10)

/* What becomes of each row that the fold gives: compared, or written. */
struct rebuild {
    struct pl_store *store;
    struct pl_journal *journal;
    struct pl_state state;
    struct pl_arena arena;
    uint8_t *arena_memory;
    uint8_t *row;
    uint32_t row_size;
    uint64_t next_seq;
    uint64_t oldest_reply_seq; /* older replies may have been trimmed */
    struct pl_digest previous;
    bool write;
    struct pl_rebuild_report report;
};

static const char *const table_names[PL_TABLES] = {
    [PL_TABLE_BLOCKS] = "blocks",           [PL_TABLE_BLOBS] = "blobs",
    [PL_TABLE_DEFINITIONS] = "definitions", [PL_TABLE_CLOSED] = "closed cases",
    [PL_TABLE_REPLIES] = "replies",         [PL_TABLE_META] = "meta",
};

static void differ(struct rebuild *r, enum pl_table table, uint64_t key, const char *how)
{
    if (r->report.differences++ == 0) {
        (void)snprintf(r->report.first_difference, sizeof r->report.first_difference,
                       "%s, row %llu: %s", table_names[table], (unsigned long long)key, how);
    }
}

static int get_row(struct rebuild *r, enum pl_table table, uint64_t key, struct pl_bytes *out)
{
    for (;;) {
        uint32_t size = r->row_size;
        const int rc = r->store->ops->get(r->store, table, key, r->row, &size);
        if (rc != PLACET_ELIMIT) {
            *out = (struct pl_bytes){r->row, rc == PLACET_OK ? size : 0};
            return rc;
        }
        uint8_t *grown = realloc(r->row, size);
        if (grown == NULL) {
            return PLACET_ENOMEM;
        }
        r->row = grown;
        r->row_size = size;
    }
}

static int row(struct rebuild *r, enum pl_table table, uint64_t key, struct pl_bytes value)
{
    struct pl_bytes stored;

    if (r->write) {
        return r->store->ops->put(r->store, table, key, value);
    }
    const int rc = get_row(r, table, key, &stored);
    r->report.rows_compared++;
    if (rc == PLACET_ENOTFOUND) {
        differ(r, table, key, "is missing");
        return PLACET_OK;
    }
    if (rc == PLACET_OK &&
        (stored.size != value.size || memcmp(stored.at, value.at, value.size) != 0)) {
        differ(r, table, key, "has other bytes");
    }
    return rc;
}

/* ---- rows that an event gives ---- */

static int give_definition(struct rebuild *r, const struct pl_event *event)
{
    struct pl_definition *def;
    const struct pl_bytes bundle = event->definition_published.bundle;

    int rc = pl_recover_load_definition(bundle, &def);
    if (rc < 0) {
        return rc;
    }
    rc = pl_state_add_definition(&r->state, def);
    if (rc < 0) {
        pl_definition_free(def);
        return rc;
    }
    r->report.definitions++;
    return row(r, PL_TABLE_DEFINITIONS, def->number, bundle);
}

static int give_reply(struct rebuild *r, const struct pl_event *event, uint64_t seq, int64_t at_ms)
{
    uint8_t memory[PL_REPLY_SIZE_MAX];
    struct pl_writer out;
    struct pl_reply reply = {.seq = seq, .at_ms = at_ms, .case_id = event->case_id};
    const bool accepted = event->kind == PL_EVT_COMMAND_ACCEPTED;

    if (seq < r->oldest_reply_seq) {
        return PLACET_OK;
    }
    reply.command =
        (uint16_t)(accepted ? event->command_accepted.command : event->command_rejected.command);
    reply.rejection = (uint16_t)(accepted ? PL_ACCEPTED : event->command_rejected.rejection);
    reply.body_hash =
        accepted ? event->command_accepted.body_hash : event->command_rejected.body_hash;
    pl_reply_keys(accepted ? event->command_accepted.by : event->command_rejected.by,
                  accepted ? event->command_accepted.idem : event->command_rejected.idem, &reply);
    pl_writer_init(&out, memory, sizeof memory);
    pl_reply_write(&reply, &out);
    r->report.replies++;
    return row(r, PL_TABLE_REPLIES, seq, pl_writer_bytes(&out));
}

static int give_event(struct rebuild *r, const struct pl_event *event, uint64_t seq, int64_t at_ms)
{
    struct pl_live *live;

    if (event->kind == PL_EVT_DEFINITION_PUBLISHED) {
        return give_definition(r, event);
    }
    if (event->kind == PL_EVT_CALENDAR_AMENDED) {
        const struct pl_bytes file = event->calendar_amended.file;
        const int amended = pl_calendars_fold(&r->state, file, seq);
        r->report.blobs++;
        return amended < 0 ? amended : row(r, PL_TABLE_BLOBS, seq, file);
    }
    if (event->kind == PL_EVT_COMMAND_ACCEPTED || event->kind == PL_EVT_COMMAND_REJECTED) {
        return give_reply(r, event, seq, at_ms);
    }
    const int rc = pl_state_fold(&r->state, &r->arena, event, seq, at_ms, &live);
    if (rc < 0) {
        return rc;
    }
    const struct pl_bytes value = pl_event_value(event);
    if (value.size == 0) {
        return PLACET_OK;
    }
    r->report.blobs++;
    return row(r, PL_TABLE_BLOBS, seq, value);
}

static int give_closed(void *context, const struct pl_live *live, struct pl_bytes packed)
{
    struct rebuild *r = context;

    r->report.closed_cases++;
    return row(r, PL_TABLE_CLOSED, live->c.id.v, packed);
}

static int fold_events(struct rebuild *r, const struct pl_frame *frame)
{
    struct pl_reader in;

    pl_reader_init(&in, frame->payload.at, frame->payload.size);
    for (uint32_t i = 0; i < frame->count; i++) {
        struct pl_event event;
        int rc = pl_wire_read_event(&in, &event);
        if (rc == PLACET_OK) {
            rc = give_event(r, &event, frame->first_seq + i, frame->at_ms);
        }
        if (rc < 0) {
            return rc;
        }
    }
    r->report.events += frame->count;
    r->report.frames++;
    r->state.last_seq = pl_frame_last_seq(frame);
    r->state.last_ms = frame->at_ms;
    return pl_reader_done(&in) ? pl_state_close_turn(&r->state, &r->arena, give_closed, r)
                               : PLACET_ECORRUPT;
}

static int fold_frame(void *context, struct pl_bytes bytes)
{
    struct rebuild *r = context;
    struct pl_frame frame;

    int rc = pl_frame_parse(bytes.at, bytes.size, PL_FRAME_HASH, &frame);
    if (rc < 0) {
        return rc;
    }
    if (frame.first_seq != r->next_seq ||
        memcmp(&frame.previous, &r->previous, sizeof r->previous) != 0) {
        return PLACET_ECORRUPT;
    }
    pl_arena_reset(&r->arena);
    rc = fold_events(r, &frame);
    r->previous = frame.hash;
    r->next_seq = pl_frame_last_seq(&frame) + 1;
    return rc;
}

static int fold_journal(struct rebuild *r)
{
    int rc = PLACET_OK;

    r->next_seq = 1;
    for (;;) {
        const uint64_t from = r->next_seq;
        if (r->write) {
            rc = r->store->ops->begin(r->store);
        }
        if (rc == PLACET_OK) {
            rc = r->journal->ops->read(r->journal, from, FRAMES_PER_READ, fold_frame, r);
        }
        if (r->write && rc < 0) {
            r->store->ops->abort(r->store);
        } else if (r->write) {
            rc = r->store->ops->commit(r->store);
        }
        if (rc < 0 || r->next_seq == from) {
            return rc;
        }
    }
}

/* ---- blocks ---- */

static int write_block(const struct pl_state *state, uint32_t block, uint64_t seq,
                       struct pl_arena *arena, struct pl_bytes *out)
{
    struct pl_writer writer;
    const size_t size = arena->size - arena->used;
    void *memory = pl_arena_reserve(arena, size);

    pl_writer_init(&writer, memory, size);
    const int rc = pl_checkpoint_block(state, block, seq, &writer);
    pl_arena_keep(arena, writer.used);
    *out = pl_writer_bytes(&writer);
    return rc;
}

static uint32_t blocks_of(const struct pl_state *state)
{
    return (state->slot_count + PL_BLOCK_CASES - 1) / PL_BLOCK_CASES;
}

static int compare_blocks(struct rebuild *r, const struct pl_state *recovered)
{
    const uint32_t count =
        blocks_of(&r->state) > blocks_of(recovered) ? blocks_of(&r->state) : blocks_of(recovered);

    for (uint32_t block = 0; block < count; block++) {
        struct pl_bytes folded = {0};
        struct pl_bytes stored = {0};
        pl_arena_reset(&r->arena);
        int rc = write_block(&r->state, block, r->state.last_seq, &r->arena, &folded);
        if (rc == PLACET_OK) {
            rc = write_block(recovered, block, r->state.last_seq, &r->arena, &stored);
        }
        if (rc < 0) {
            return rc;
        }
        r->report.rows_compared++;
        if (folded.size != stored.size ||
            (folded.size > 0 && memcmp(folded.at, stored.at, folded.size) != 0)) {
            differ(r, PL_TABLE_BLOCKS, block, "has other bytes");
        }
    }
    return PLACET_OK;
}

/* The list of amendments, once the whole journal is folded. */
static int give_calendars(struct rebuild *r)
{
    const uint32_t size = pl_calendars_row_size(&r->state);
    uint8_t *memory = malloc(size);
    struct pl_writer out;
    int rc = memory == NULL ? PLACET_ENOMEM : PLACET_OK;

    pl_writer_init(&out, memory, memory == NULL ? 0 : size);
    if (rc == PLACET_OK && r->state.amendment_count > 0) {
        pl_calendars_write_row(&r->state, &out);
        rc = row(r, PL_TABLE_META, PL_META_CALENDARS, pl_writer_bytes(&out));
    }
    free(memory);
    return rc;
}

/* Where a recovery begins; 0 says that the tables are being written anew and must not be trusted.
 */
static int put_mark(struct pl_store *store, uint64_t replay_seq)
{
    uint8_t memory[16];
    struct pl_writer mark;

    pl_writer_init(&mark, memory, sizeof memory);
    pl_write_u64(&mark, replay_seq);
    return store->ops->put(store, PL_TABLE_META, PL_META_CHECKPOINT, pl_writer_bytes(&mark));
}

static int replace_blocks(struct rebuild *r)
{
    int rc = r->store->ops->begin(r->store);
    for (uint32_t block = 0; rc == PLACET_OK && block < blocks_of(&r->state); block++) {
        struct pl_bytes value;
        pl_arena_reset(&r->arena);
        rc = write_block(&r->state, block, r->state.last_seq, &r->arena, &value);
        if (rc == PLACET_OK) {
            rc = r->store->ops->put(r->store, PL_TABLE_BLOCKS, block, value);
        }
    }
    if (rc == PLACET_OK) {
        rc = give_calendars(r);
    }
    if (rc == PLACET_OK) {
        rc = put_mark(r->store, r->state.last_seq + 1);
    }
    if (rc < 0) {
        r->store->ops->abort(r->store);
        return rc;
    }
    return r->store->ops->commit(r->store);
}

/* ---- both ways ---- */

static int take_oldest_reply(void *context, uint64_t key, struct pl_bytes value)
{
    struct rebuild *r = context;

    (void)value;
    r->oldest_reply_seq = key;
    return 1;
}

static int prepare(struct rebuild *r)
{
    r->oldest_reply_seq = UINT64_MAX;
    r->arena_memory = malloc(ARENA_SIZE);
    r->row = malloc(ROW_SIZE_FIRST);
    r->row_size = ROW_SIZE_FIRST;
    if (r->arena_memory == NULL || r->row == NULL) {
        return PLACET_ENOMEM;
    }
    pl_arena_init(&r->arena, r->arena_memory, ARENA_SIZE);
    const int rc = r->store->ops->visit(r->store, PL_TABLE_REPLIES, 0, take_oldest_reply, r);
    return rc < 0 ? rc : pl_state_init(&r->state);
}

static void finish(struct rebuild *r)
{
    r->report.open_cases = r->state.open_count;
    pl_state_fini(&r->state);
    free(r->arena_memory);
    free(r->row);
}

static int say(int rc, struct placet_error *err)
{
    if (rc < 0 && err != NULL) {
        *err = (struct placet_error){.status = (enum placet_status)rc};
        (void)snprintf(err->message, sizeof err->message, "%s",
                       rc == PLACET_ENOTFOUND ? "the journal does not go back to its first event"
                                              : placet_strstatus(rc));
        (void)snprintf(err->hint, sizeof err->hint, "Run `placet store verify` to see where.");
    }
    return rc;
}

int pl_rebuild_check(struct pl_store *store, struct pl_journal *journal,
                     struct pl_rebuild_report *report_out, struct placet_error *err)
{
    struct rebuild r = {.store = store, .journal = journal};
    struct pl_server *recovered = calloc(1, sizeof *recovered);
    struct pl_system_clock clock;

    pl_system_clock_init(&clock, 1, 0);
    int rc = recovered == NULL ? PLACET_ENOMEM : prepare(&r);
    if (rc == PLACET_OK) {
        rc = fold_journal(&r);
    }
    if (rc == PLACET_OK) {
        recovered->store = store;
        recovered->journal = journal;
        recovered->clock = &clock.clock;
        pl_config_default(&recovered->config);
        recovered->config.turn_arena_bytes = ARENA_SIZE; /* it only recovers */
        rc = pl_server_init(recovered);
    }
    if (rc == PLACET_OK) {
        rc = pl_server_recover(recovered, NULL);
    }
    if (rc == PLACET_OK) {
        rc = compare_blocks(&r, &recovered->state);
    }
    if (rc == PLACET_OK) {
        rc = give_calendars(&r);
    }
    if (recovered != NULL) {
        pl_server_fini(recovered);
    }
    free(recovered);
    finish(&r);
    if (rc == PLACET_OK) {
        *report_out = r.report;
    }
    return say(rc, err);
}

/* Rows that only append, or are written once, cannot be written over. An engine must not start
 * between here and the end; when the rebuild is broken off, run it again. */
static int empty_tables(struct pl_store *store)
{
    static const enum pl_table tables[] = {PL_TABLE_BLOCKS, PL_TABLE_BLOBS, PL_TABLE_DEFINITIONS,
                                           PL_TABLE_CLOSED, PL_TABLE_REPLIES};

    int rc = PLACET_OK;

    for (size_t i = 0; rc == PLACET_OK && i < sizeof tables / sizeof tables[0]; i++) {
        uint64_t key = 0;
        while (rc == PLACET_OK &&
               store->ops->floor(store, tables[i], UINT64_MAX, &key) == PLACET_OK) {
            rc = store->ops->begin(store);
            if (rc == PLACET_OK) {
                rc = put_mark(store, 0);
            }
            if (rc == PLACET_OK) {
                rc = store->ops->trim(store, tables[i], UINT64_MAX, ROWS_PER_TRIM);
            }
            if (rc == PLACET_OK) {
                rc = store->ops->commit(store);
            } else {
                store->ops->abort(store);
            }
        }
    }
    return rc;
}

int pl_rebuild_write(struct pl_store *store, struct pl_journal *journal,
                     struct pl_rebuild_report *report_out, struct placet_error *err)
{
    struct rebuild r = {.store = store, .journal = journal, .write = true};

    int rc = prepare(&r);
    r.oldest_reply_seq = 0;
    if (rc == PLACET_OK) {
        rc = empty_tables(store);
    }
    if (rc == PLACET_OK) {
        rc = fold_journal(&r);
    }
    if (rc == PLACET_OK) {
        rc = replace_blocks(&r);
    }
    finish(&r);
    if (rc == PLACET_OK) {
        *report_out = r.report;
    }
    return say(rc, err);
}
