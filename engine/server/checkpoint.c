/* The rolling checkpoint: blocks of cases ride on the commits of the turns. */
#include <placet/error.h>

#include "base/check.h"
#include "server/turn.h"

#define EVENTS_PER_BLOCK                                                                           \
    8u /* performance.md 4.3: one block for eight records, none for tiny groups */
#define CATCH_UP_BLOCKS 64u

/* A block: [sequence, number of cases, packed cases as binaries], cases in the order of their
 * slots. */
int pl_checkpoint_block(const struct pl_state *state, uint32_t block, uint64_t seq,
                        struct pl_writer *out)
{
    const uint32_t first = block * PL_BLOCK_CASES;
    uint32_t count = 0;

    for (uint32_t i = first; i < first + PL_BLOCK_CASES && i < state->slot_count; i++) {
        count += state->slots[i].id.v != 0 ? 1 : 0;
    }
    pl_write_u64(out, seq);
    pl_write_array(out, count);
    for (uint32_t i = first; i < first + PL_BLOCK_CASES && i < state->slot_count; i++) {
        if (state->slots[i].id.v != 0) {
            pl_write_bin(out, state->slots[i].packed, state->slots[i].packed_size);
        }
    }
    return pl_writer_ok(out) ? PLACET_OK : PLACET_ELIMIT;
}

int pl_checkpoint_restore(struct pl_state *state, uint32_t block, struct pl_bytes value,
                          uint64_t *seq_out)
{
    struct pl_reader in;

    pl_reader_init(&in, value.at, value.size);
    const uint64_t seq = pl_reader_u64(&in, UINT64_MAX);
    const uint32_t count = pl_reader_array(&in);
    if (count > PL_BLOCK_CASES) {
        return PLACET_ECORRUPT;
    }
    for (uint32_t i = 0; i < count && !in.bad; i++) {
        const struct pl_bytes packed = pl_reader_bin(&in, UINT32_MAX);
        const int rc = in.bad ? PLACET_ECORRUPT : pl_state_restore(state, block, packed);
        if (rc < 0) {
            return rc;
        }
    }
    if (!pl_reader_done(&in)) {
        return PLACET_ECORRUPT;
    }
    *seq_out = seq;
    return PLACET_OK;
}

static size_t block_size(const struct pl_state *state, uint32_t block)
{
    size_t size = 16;

    for (uint32_t i = block * PL_BLOCK_CASES;
         i < (block + 1) * PL_BLOCK_CASES && i < state->slot_count; i++) {
        size += state->slots[i].packed_size + 8U;
    }
    return size;
}

static int write_block(struct pl_server *s, uint32_t block)
{
    const size_t size = block_size(&s->state, block);
    void *memory = pl_arena_reserve(&s->arena, size);
    struct pl_writer out;

    if (memory == NULL) {
        return PLACET_ELIMIT;
    }
    pl_writer_init(&out, memory, size);
    int rc = pl_checkpoint_block(&s->state, block, s->state.last_seq, &out);
    if (rc < 0) {
        return rc;
    }
    rc = s->store->ops->put(s->store, PL_TABLE_BLOCKS, block, pl_writer_bytes(&out));
    if (rc < 0) {
        return rc;
    }
    s->state.block_dirty[block] = 0;
    s->state.dirty_count--;
    s->metrics.block_bytes += out.used;
    return PLACET_OK;
}

static void come_round(struct pl_server *s)
{
    s->state.next_block = 0;
    s->turn->replay_seq = s->turn->cycle_seq;
    s->turn->cycle_seq = s->state.last_seq + 1;
}

int pl_checkpoint_write(struct pl_server *s, uint32_t block_count)
{
    const uint32_t blocks = (s->state.slot_count + PL_BLOCK_CASES - 1) / PL_BLOCK_CASES;
    uint32_t written = 0;

    for (uint32_t seen = 0; seen < blocks && written < block_count; seen++) {
        if (s->state.next_block >= blocks) {
            come_round(s);
        }
        const uint32_t block = s->state.next_block++;
        if (s->state.block_dirty[block] == 0) {
            continue;
        }
        const int rc = write_block(s, block);
        if (rc == PLACET_ELIMIT) {
            s->state.next_block--; /* the arena is full: the next commit goes on here */
            return PLACET_OK;
        }
        if (rc < 0) {
            return rc;
        }
        written++;
    }
    if (s->state.dirty_count == 0) {
        s->turn->replay_seq = s->state.last_seq + 1;
        s->turn->cycle_seq = s->turn->replay_seq;
        s->state.next_block = 0;
    }
    return PLACET_OK;
}

uint32_t pl_checkpoint_share(const struct pl_server *s, uint32_t event_count)
{
    const uint32_t share = event_count / EVENTS_PER_BLOCK;

    if (s->store->ops->nearly_full(s->store)) {
        return 0; /* a longer replay is cheaper than a completion refused */
    }
    if (s->state.last_seq - s->turn->replay_seq > PL_REPLAY_EVENTS_MAX / 2) {
        return CATCH_UP_BLOCKS;
    }
    return share < PL_BLOCKS_PER_COMMIT ? share : PL_BLOCKS_PER_COMMIT;
}

void pl_reply_write(const struct pl_reply *reply, struct pl_writer *out)
{
    pl_write_array(out, 7);
    pl_write_u64(out, reply->key);
    pl_write_u64(out, reply->check);
    pl_write_u64(out, reply->body_hash);
    pl_write_u64(out, reply->case_id.v);
    pl_write_i64(out, reply->at_ms);
    pl_write_u64(out, reply->rejection);
    pl_write_u64(out, reply->command);
}

int pl_reply_read(uint64_t seq, struct pl_bytes value, struct pl_reply *reply_out)
{
    struct pl_reader in;
    struct pl_reply reply = {.seq = seq};

    pl_reader_init(&in, value.at, value.size);
    in.bad |= pl_reader_array(&in) != 7;
    reply.key = pl_reader_u64(&in, UINT64_MAX);
    reply.check = pl_reader_u64(&in, UINT64_MAX);
    reply.body_hash = pl_reader_u64(&in, UINT64_MAX);
    reply.case_id.v = pl_reader_u64(&in, UINT64_MAX);
    reply.at_ms = pl_reader_i64(&in);
    reply.rejection = (uint16_t)pl_reader_u64(&in, PL_REJECTIONS - 1);
    reply.command = (uint16_t)pl_reader_u64(&in, PL_COMMANDS - 1);
    if (!pl_reader_done(&in)) {
        return PLACET_ECORRUPT;
    }
    *reply_out = reply;
    return PLACET_OK;
}
