package io.lightraft.node;

import java.util.Map;
import java.util.Objects;
import java.util.function.LongConsumer;

/** Has the transport hold streams with whom the {@link Members} name, where they are. Owned by the raft loop. */
final class PeerStreams {

    private final Members members;
    private final Effects effects;
    private final LongConsumer lost;
    private Map<Long, String> last = Map.of();

    /** @param lost told of a peer whose streams end here, of which the transport says nothing */
    PeerStreams(Members members, Effects effects, LongConsumer lost) {
        this.members = members;
        this.effects = effects;
        this.lost = lost;
        follow();
    }

    void tick() {
        if (members.tick()) {
            follow();
        }
    }

    /** The members have changed, or where they are. */
    void follow() {
        Map<Long, String> now = members.peers();
        if (now.equals(last)) {
            return;
        }
        last.forEach((id, address) -> {
            if (!Objects.equals(now.get(id), address)) {
                lost.accept(id);
            }
        });
        last = now;
        effects.peers(now);
    }
}
