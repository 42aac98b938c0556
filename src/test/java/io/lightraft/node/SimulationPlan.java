package io.lightraft.node;

import java.util.SplittableRandom;

/**
 * Which faults an episode has, and how often. Each seed draws its own: an episode with few kinds of fault gets further
 * into what they cause than one with all of them at once. Rates are per node and millisecond.
 *
 * @param nodes processes, of which the first {@code voters} are the members at the start
 * @param lossRate of frames
 * @param duplicateRate of frames
 * @param maxDelayMillis of a frame
 * @param ordered whether frames of one stream stay in order
 * @param crashRate of processes that die
 * @param powerLoss whether a crash loses what was not synced
 * @param fsyncFailureRate of disks that fail an fsync
 * @param stallRate of disks that hang for a while
 * @param diskSpeed how likely it is in a millisecond that the disk takes up what waits
 * @param pauseRate of processes that are stopped for a while
 * @param cutRate of nodes that are cut off, one way or both
 * @param transferRate of wishes that another node lead
 * @param membershipRate of wishes for another membership
 * @param replacing whether memberships are replaced as a whole, and the network is divided meanwhile
 * @param skewed whether clocks run at different speeds and jump
 * @param smallCache whether the log keeps little in memory
 * @param learners whether the processes that are no voters at the start are learners
 * @param scene what happens on purpose; nobody else is cut off then
 * @param shortAppends whether each entry travels by itself
 * @param overlapping whether entries are sent again that the follower has
 * @param retainedEntries that the log keeps for followers that lag; 0 when it is never shortened
 * @param transferMillis what the transfer of a snapshot takes, at most
 * @param blankStart whether nobody has anything at first, and the nodes start one after another
 * @param emptied whether nodes that crash may lose their disks, a minority at a time
 * @param installDeathRate of processes that die while they install a snapshot, per installation
 * @param transactions whether clients have transactions, for which others have to wait
 * @param millisBetweenCalls of clients, on average
 */
record SimulationPlan(
        int nodes,
        int voters,
        double lossRate,
        double duplicateRate,
        int maxDelayMillis,
        boolean ordered,
        double crashRate,
        boolean powerLoss,
        double fsyncFailureRate,
        double stallRate,
        double diskSpeed,
        double pauseRate,
        double cutRate,
        double transferRate,
        double membershipRate,
        boolean replacing,
        boolean skewed,
        boolean smallCache,
        boolean learners,
        Scene scene,
        boolean shortAppends,
        boolean overlapping,
        int retainedEntries,
        int transferMillis,
        boolean blankStart,
        boolean emptied,
        double installDeathRate,
        boolean transactions,
        int millisBetweenCalls) {

    /** What an episode is about: faults that come at the moment at which they do harm, if anything does. */
    enum Scene {
        /** Whatever comes. */
        NONE,
        /** New leaders die or are cut off soon, with entries that few others have, or don't hear that they are deposed. */
        SHORT_OFFICES,
        /** New leaders get a few appends out and are silent then, while the one before comes back (Raft, figure 8). */
        FEW_APPENDS,
        /** Whoever leaves is parted from whoever comes as soon as a joint configuration is committed. */
        HALVES,
        /** One of those who have what is committed loses its disk, and meets those who have not. */
        EMPTIED_DISKS
    }

    static SimulationPlan draw(SplittableRandom random) {
        Scene scene = switch (random.nextInt(16)) {
            case 0, 1, 2, 3 -> Scene.SHORT_OFFICES;
            case 4, 5 -> Scene.FEW_APPENDS;
            case 6, 7 -> Scene.HALVES;
            case 8 -> Scene.EMPTIED_DISKS;
            default -> Scene.NONE;
        };
        // A scene that needs a certain order of events gets it seldom where much else goes wrong.
        boolean strict = scene != Scene.NONE && scene != Scene.SHORT_OFFICES;
        boolean membership = scene == Scene.HALVES || (!strict && random.nextInt(3) == 0);
        int voters = random.nextInt(4) == 0 ? 5 : 3;
        boolean emptied = scene == Scene.EMPTIED_DISKS || (!membership && !strict && random.nextInt(3) == 0);
        double mostLost = strict ? 0.1 : scene == Scene.NONE ? 0.2 : 0.5;
        double mostCrashes = strict ? 0.0005 : scene == Scene.NONE ? 0.004 : 0.001;
        return new SimulationPlan(
                membership ? 5 : voters,
                membership ? 3 : voters,
                sometimes(random, mostLost),
                scene == Scene.SHORT_OFFICES && random.nextBoolean() ? mostLost : sometimes(random, mostLost),
                random.nextInt(2) == 0 ? 2 : 1 + random.nextInt(strict ? 5 : 15),
                random.nextBoolean(),
                (emptied && !strict ? 0.002 : 0) + sometimes(random, mostCrashes),
                random.nextInt(4) != 0,
                random.nextInt(4) == 0 ? 0.0005 : 0,
                random.nextInt(3) == 0 ? 0.002 : 0,
                random.nextBoolean() ? 0.8 : 0.1 + 0.5 * random.nextDouble(),
                !strict && random.nextInt(3) == 0 ? 0.002 : 0,
                scene == Scene.NONE ? sometimes(random, 0.006) : 0,
                !strict && random.nextInt(3) == 0 ? 0.003 : 0,
                membership ? 0.004 : 0,
                scene != Scene.HALVES && membership && random.nextBoolean(),
                random.nextInt(3) == 0,
                random.nextInt(3) == 0,
                membership && random.nextBoolean(),
                scene,
                scene == Scene.FEW_APPENDS || random.nextBoolean(),
                random.nextInt(scene == Scene.FEW_APPENDS ? 2 : 4) == 0,
                random.nextInt(3) > 0 ? 3 + random.nextInt(random.nextBoolean() ? 5 : 30) : 0,
                random.nextBoolean() ? 10 : 150,
                !membership && !strict && random.nextInt(3) == 0,
                emptied,
                random.nextInt(3) == 0 ? 0.3 : 0,
                scene == Scene.NONE && random.nextBoolean(),
                random.nextBoolean() ? 5 : 12);
    }

    private static double sometimes(SplittableRandom random, double max) {
        return random.nextBoolean() ? random.nextDouble() * max : 0;
    }
}
