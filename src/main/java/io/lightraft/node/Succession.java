package io.lightraft.node;

/**
 * When to campaign for the place of a leader that is known to be dead: soon, but each follower at a time of its own,
 * and again after a while, since the first attempt may have come to a voter that did not know of the death yet, or whose
 * log was better. Ends with the term: then another one has stood for election. Owned by the raft loop.
 */
final class Succession {

    static final Succession NONE = new Succession(-1, 0, 1);

    /** Enough for what goes wrong at times; after that the election timeout does it. */
    private static final int ATTEMPTS = 3;

    /** Turns between two attempts: the others' turns come in between. */
    private static final int ROUND_TURNS = 3;

    private final long term;
    private final int turnTicks;
    private int waitTicks;
    private int attemptsLeft = ATTEMPTS;

    /**
     * @param term the dead leader's
     * @param turn 0 for whoever goes first
     * @param turnTicks between one's turn and the next one's; about the time that an election takes
     */
    Succession(long term, int turn, int turnTicks) {
        this.term = term;
        this.turnTicks = turnTicks;
        this.waitTicks = 1 + turn * turnTicks;
    }

    /** Called at each tick without a leader: whether to campaign now. */
    boolean isTurn(long currentTerm) {
        if (currentTerm != term || attemptsLeft == 0 || --waitTicks > 0) {
            return false;
        }
        attemptsLeft--;
        giveWay();
        return true;
    }

    /** Somebody campaigns whose log is good enough to win: let it. */
    void giveWay() {
        waitTicks = ROUND_TURNS * turnTicks;
    }
}
