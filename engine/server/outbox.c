#include "server/outbox.h"

#include <placet/error.h>
#include <string.h>

#include "base/check.h"

void pl_outbox_init(struct pl_outbox *outbox, struct pl_arena *arena)
{
    *outbox = (struct pl_outbox){.arena = arena};
    outbox->last = &outbox->first;
}

int pl_outbox_open(struct pl_outbox *outbox, uint32_t size, struct pl_writer *body_out)
{
    void *memory = pl_arena_reserve(outbox->arena, size);

    if (memory == NULL) {
        return PLACET_ELIMIT;
    }
    pl_writer_init(body_out, memory, size);
    return PLACET_OK;
}

int pl_outbox_post(struct pl_outbox *outbox, enum pl_endpoint endpoint, struct pl_peer peer,
                   const uint8_t header[16], const struct pl_writer *body)
{
    if (!pl_writer_ok(body)) {
        return PLACET_ELIMIT;
    }
    pl_arena_keep(outbox->arena, body->used);

    struct pl_letter *letter = pl_arena_alloc(outbox->arena, sizeof *letter);
    if (letter == NULL) {
        return PLACET_ELIMIT;
    }
    *letter = (struct pl_letter){.endpoint = endpoint, .peer = peer, .body = pl_writer_bytes(body)};
    memcpy(letter->header, header, sizeof letter->header);
    *outbox->last = letter;
    outbox->last = &letter->next;
    outbox->count++;
    return PLACET_OK;
}

void pl_outbox_flush(struct pl_outbox *outbox, struct pl_bus *bus,
                     void (*lost)(void *context, const struct pl_letter *letter, int status),
                     void *context)
{
    for (const struct pl_letter *l = outbox->first; l != NULL; l = l->next) {
        const struct pl_bytes header = {l->header, sizeof l->header};
        const int rc = bus->ops->send(bus, l->endpoint, l->peer, header, l->body);
        if (rc < 0) {
            lost(context, l, rc);
        }
    }
    pl_outbox_init(outbox, outbox->arena);
}
