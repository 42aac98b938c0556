package io.lightraft.node;

/** A bug that others have shipped, as a change of one place in a source file. */
enum PlantedBug {
    A_VOTE_IS_NOT_WRITTEN_TO_DISK(
            "node/StorageWorker.java",
            "log.append(hardState, append.entries())",
            "log.append(new HardState(hardState.term(), 0, hardState.commit()), append.entries())"),
    A_TERM_OR_VOTE_IS_NOT_SYNCED_BEFORE_THE_ANSWER(
            "node/StorageWorker.java",
            "!append.entries().isEmpty() || isPromise(hardState)",
            "!append.entries().isEmpty()"),
    ENTRIES_ARE_ACKNOWLEDGED_BEFORE_THEY_ARE_SYNCED(
            "node/StorageWorker.java",
            "boolean mustSync = false;",
            "boolean mustSync = false; for (Task early : tasks) { if (early instanceof Append append) {"
                    + " append.message().responses().forEach(release); } }"),
    THE_LEADER_COUNTS_ITSELF_BEFORE_ITS_DISK_HAS_THE_ENTRY(
            "raft/LeaderProposals.java",
            "state.log.append(entries);",
            "state.log.append(entries); state.tracker.progress(state.id()).maybeUpdate(state.log.lastIndex());"),
    A_STALE_APPEND_CUTS_THE_LOG(
            "raft/RaftLog.java",
            "append(entries.subList(known, entries.size()))",
            "append(entries.subList((int) Math.max(0, Math.min(entries.size(), committed - prevIndex)), entries.size()))"),
    A_HEARTBEAT_COMMITS_WHAT_WAS_NOT_CHECKED(
            "raft/Replicator.java", "Math.min(peer.matchIndex(), state.log.committed())", "state.log.committed()"),
    A_VOTE_LOOKS_AT_THE_TERM_OF_THE_LOG_ONLY(
            "raft/RaftLog.java", "otherLastTerm == term && otherLastIndex >= lastIndex()", "otherLastTerm == term"),
    A_PRE_VOTE_HAS_A_WEAKER_LOG_CHECK_THAN_THE_VOTE(
            "raft/Elections.java",
            "request.term() > state.term())\n                && state.log.isUpToDate(request.lastLogIndex(), request.lastLogTerm())",
            "request.term() > state.term())"),
    TWO_VOTES_ARE_GIVEN_IN_ONE_TERM(
            "raft/Elections.java",
            "boolean grant = (free || state.vote() == request.from())",
            "boolean grant = (state.leaderId() == 0)"),
    READ_INDEX_BEFORE_AN_ENTRY_OF_THE_OWN_TERM_IS_COMMITTED(
            "raft/Leader.java", "if (!state.log.matches(committed, state.term()))", "if (committed < 0)"),
    A_READ_JOINS_A_ROUND_THAT_IS_UNDER_WAY(
            "node/ReadRounds.java",
            "waiting.add(new Waiter(future, deadlineMillis));",
            "(round == null ? waiting : round.readers).add(new Waiter(future, deadlineMillis));"),
    A_READ_DOES_NOT_WAIT_UNTIL_ITS_INDEX_IS_APPLIED(
            "node/ReadRounds.java", "waiter.index = index;", "waiter.index = 0;"),
    A_PROPOSAL_IS_APPENDED_EACH_TIME_IT_ARRIVES(
            "node/ProposalIntake.java",
            "long first = source.next;",
            "long first = frame.firstNumber(); source.next = first;"),
    A_PROPOSAL_IS_KNOWN_BY_ITS_NUMBER_ONLY(
            "node/ProposalOrigin.java",
            "!header.incarnation().equals(incarnation) ? null : windows.get(term)",
            "windows.isEmpty() ? null : windows.lastEntry().getValue()"),
    A_PROPOSAL_THAT_WAS_APPENDED_IS_CALLED_REFUSED(
            "node/CommandAppender.java",
            "case APPENDED -> Verdict.APPENDED;",
            "case APPENDED -> Verdict.TRANSFERRING;"),
    THE_FLAG_OF_A_TRANSFER_LEAKS(
            "raft/Leader.java",
            "            transferee = 0;\n            if (state.config.checkQuorum()",
            "            if (state.config.checkQuorum()"),
    AN_ENTRY_IS_APPLIED_BEFORE_THE_OWN_DISK_HAS_IT(
            "raft/ServerState.java",
            "config.maxCommittedSizePerReadyBytes(), !config.asyncStorageWrites()",
            "config.maxCommittedSizePerReadyBytes(), true"),
    A_LEARNER_IS_COUNTED(
            "raft/tracker/ProgressTracker.java",
            "return configuration.voters().committedIndex(matchIndex);",
            "return io.lightraft.raft.quorum.MajorityConfig.of(progress.keySet()).committedIndex(matchIndex);"),
    TWO_MEMBERSHIP_CHANGES_OVERLAP(
            "raft/LeaderProposals.java",
            "return pendingConfIndex <= state.log.applied()\n                && state",
            "return state"),
    THE_BATCH_IS_NOT_SYNCED(
            "storage/SegmentWriter.java", "        tail.file().sync();\n        position +=", "        position +="),
    AN_ENTRY_OF_AN_OLD_TERM_IS_COMMITTED_BY_COUNTING(
            "raft/RaftLog.java",
            "if (index <= committed || !matches(index, leaderTerm)) {",
            "if (index <= committed) {"),
    A_FOLLOWER_ACKNOWLEDGES_ITS_LAST_INDEX("raft/RaftLog.java", "return checked;", "return lastIndex();"),
    A_FOLLOWER_COMMITS_WHAT_WAS_NOT_CHECKED(
            "raft/RaftLog.java",
            "commitTo(Math.min(leaderCommit, checked))",
            "commitTo(Math.min(leaderCommit, lastIndex()))"),
    ONE_HALF_OF_A_JOINT_CONFIGURATION_COMMITS(
            "raft/quorum/JointConfig.java",
            "return Math.min(incoming.committedIndex(ackedIndex), outgoing.committedIndex(ackedIndex));",
            "return incoming.committedIndex(ackedIndex);"),
    ONE_HALF_OF_A_JOINT_CONFIGURATION_ELECTS(
            "raft/quorum/JointConfig.java", "VoteResult out = outgoing.voteResult(votes);", "VoteResult out = in;"),
    A_LEADER_ANSWERS_READS_ALONE("raft/Leader.java", "if (decidesAlone || ", "if (committed >= 0 || "),
    A_HEARTBEAT_OF_AN_EARLIER_ROUND_CONFIRMS_A_READ(
            "raft/ReadIndexRounds.java",
            "ackedRounds.merge(from, parse(context), Math::max)",
            "ackedRounds.put(from, newestRound())"),
    A_NAME_OF_A_READ_ROUND_IS_USED_AGAIN(
            "node/ReadRounds.java", "incarnation + \"/\" + ++questionCount", "incarnation + \"/\""),
    A_SNAPSHOT_DOES_NOT_BRING_ITS_MEMBERSHIP(
            "raft/Membership.java",
            "        rebuild(metadata.confState());\n        return true;",
            "        return true;"),
    A_SNAPSHOT_IS_ACKNOWLEDGED_BEFORE_IT_IS_INSTALLED(
            "node/StorageWorker.java",
            "present.install(append);",
            "append.responses().forEach(release); present.install(append);"),
    THE_MARK_OF_AN_INSTALLATION_GOES_BEFORE_THE_LOG_RESTARTS(
            "node/SnapshotInstaller.java",
            "restartLog(metadata);\n            files.end();",
            "files.end();\n            restartLog(metadata);"),
    AN_INTERRUPTED_INSTALLATION_IS_NOT_FINISHED(
            "node/SnapshotInstaller.java",
            "if (begun.isPresent()) {",
            "if (begun.isPresent() && begun.get().index() < 0) {"),
    THE_LOG_RESTARTS_ONE_TOO_EARLY_BEHIND_A_SNAPSHOT(
            "node/SnapshotInstaller.java",
            "log.installSnapshot(metadata);",
            "log.installSnapshot(new SnapshotMetadata(metadata.confState(), metadata.index() - 1, metadata.term()));"),
    THE_LOG_IS_SHORTENED_BEFORE_THE_STATE_IS_ON_DISK(
            "node/Compaction.java", "target > compactedIndex && state.makeDurable()", "target > compactedIndex"),
    AN_ENTRY_IS_APPLIED_TWICE_AFTER_A_CRASH(
            "node/ReplicaConfig.java",
            ".appliedIndex(applied.index())",
            ".appliedIndex(Math.max(0, applied.index() - 1))"),
    OTHERS_WRITE_IN_THE_TURN_OF_A_TRANSACTION(
            "node/WriteLine.java",
            "if (turn == null && line.isEmpty() || frame.term() != currentTerm) {",
            "if (currentTerm > 0) {"),
    A_TURN_IS_GRANTED_BEFORE_ALL_BEFORE_IT_IS_APPLIED(
            "node/WriteLine.java", "turn.afterIndex <= index && !turn", "index >= 0 && !turn"),
    AN_EMPTIED_NODE_IS_TAKEN_IN_WITHOUT_A_CHANGE(
            "node/Admissions.java",
            "asked.put(from, new Asked(join.incarnation(), raft.term(), 0, false));",
            "asked.put(from, new Asked(join.incarnation(), raft.term(), 0, false)); answer(from, asked.get(from));"),
    AN_EMPTIED_NODE_VOTES_AS_IF_IT_HAD_NEVER_VOTED(
            "node/Joining.java",
            "        if (phase != Phase.OPEN) {\n            return true;",
            "        if (phase == Phase.BEGINNING) {\n            return true;");

    final String source;
    final String original;
    final String replacement;

    PlantedBug(String source, String original, String replacement) {
        this.source = source;
        this.original = original;
        this.replacement = replacement;
    }
}
