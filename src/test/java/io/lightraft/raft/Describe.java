package io.lightraft.raft;

import io.lightraft.raft.confchange.ConfChange;
import io.lightraft.raft.confchange.ConfChange.Change;
import io.lightraft.raft.confchange.ConfChange.Kind;
import io.lightraft.raft.tracker.Progress;
import io.lightraft.raft.tracker.ProgressState;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Our records in the words of etcd's test data. */
final class Describe {

    private Describe() {}

    static String ready(Ready ready) {
        StringBuilder text = new StringBuilder();
        if (ready.softState() != null) {
            SoftState soft = ready.softState();
            text.append("Lead:")
                    .append(soft.leaderId())
                    .append(" State:")
                    .append(role(soft.role()))
                    .append('\n');
        }
        if (ready.hardState() != null) {
            text.append("HardState ").append(hardState(ready.hardState())).append('\n');
        }
        if (!ready.readStates().isEmpty()) {
            String reads = ready.readStates().stream()
                    .map(read -> "{" + read.index() + " " + bytes(read.context()) + "}")
                    .collect(Collectors.joining(" ", "[", "]"));
            text.append("ReadStates ").append(reads).append('\n');
        }
        if (!ready.entries().isEmpty()) {
            text.append("Entries:\n").append(entries(ready.entries()));
        }
        if (ready.snapshot() != null) {
            text.append("Snapshot ").append(snapshot(ready.snapshot())).append('\n');
        }
        if (!ready.committedEntries().isEmpty()) {
            text.append("CommittedEntries:\n").append(entries(ready.committedEntries()));
        }
        if (!ready.messages().isEmpty()) {
            text.append("Messages:\n");
            ready.messages().forEach(message -> text.append(message(message)).append('\n'));
        }
        return text.length() == 0 ? "<empty Ready>" : "Ready MustSync=" + ready.mustSync() + ":\n" + text;
    }

    static String message(Message message) {
        return message(message, "", true);
    }

    static String messageWithoutResponses(Message message) {
        return message(message, "", false);
    }

    private static String message(Message message, String indent, boolean withResponses) {
        Fields fields = Fields.of(message);
        StringBuilder text = new StringBuilder(indent)
                .append(target(fields.from))
                .append("->")
                .append(target(message.to()))
                .append(' ')
                .append(type(message))
                .append(" Term:")
                .append(message.term())
                .append(" Log:")
                .append(fields.logTerm)
                .append('/')
                .append(fields.index);
        if (fields.reject) {
            text.append(" Rejected (Hint: ").append(fields.hint).append(')');
        }
        if (fields.commit != 0) {
            text.append(" Commit:").append(fields.commit);
        }
        if (fields.vote != 0) {
            text.append(" Vote:").append(fields.vote);
        }
        if (fields.entries.size() == 1) {
            text.append(" Entries:[").append(entry(fields.entries.get(0))).append(']');
        } else if (fields.entries.size() > 1) {
            text.append(" Entries:[");
            fields.entries.forEach(
                    entry -> text.append('\n').append(indent).append("  ").append(entry(entry)));
            text.append('\n').append(indent).append(']');
        }
        if (!fields.snapshot.isEmpty()) {
            text.append('\n').append(indent).append("  Snapshot: ").append(snapshot(fields.snapshot));
        }
        if (withResponses && !fields.responses.isEmpty()) {
            text.append(" Responses:[");
            fields.responses.forEach(response -> text.append('\n').append(message(response, indent + "  ", true)));
            text.append('\n').append(indent).append(']');
        }
        return text.toString();
    }

    /** The one set of fields that etcd has for all kinds of messages. */
    private static final class Fields {
        private long from;
        private long logTerm;
        private long index;
        private boolean reject;
        private long hint;
        private long commit;
        private long vote;
        private List<Entry> entries = List.of();
        private Snapshot snapshot = Snapshot.EMPTY;
        private List<Message> responses = List.of();

        static Fields of(Message message) {
            Fields fields = new Fields();
            fields.from = message.from();
            if (message instanceof Message.AppendEntries m) {
                fields.logTerm = m.prevLogTerm();
                fields.index = m.prevLogIndex();
                fields.entries = m.entries();
                fields.commit = m.commit();
            } else if (message instanceof Message.AppendEntriesResponse m) {
                fields.logTerm = m.hintTerm();
                fields.index = m.index();
                fields.reject = m.reject();
                fields.hint = m.hint();
            } else if (message instanceof Message.Heartbeat m) {
                fields.commit = m.commit();
            } else if (message instanceof Message.RequestVote m) {
                fields.logTerm = m.lastLogTerm();
                fields.index = m.lastLogIndex();
            } else if (message instanceof Message.RequestPreVote m) {
                fields.logTerm = m.lastLogTerm();
                fields.index = m.lastLogIndex();
            } else if (message instanceof Message.RequestVoteResponse m) {
                fields.reject = m.reject();
            } else if (message instanceof Message.RequestPreVoteResponse m) {
                fields.reject = m.reject();
            } else if (message instanceof Message.InstallSnapshot m) {
                fields.snapshot = m.snapshot();
            } else if (message instanceof Message.ReadIndex m) {
                fields.entries = List.of(Entry.normal(0, 0, m.context().getBytes(StandardCharsets.UTF_8)));
            } else if (message instanceof Message.ReadIndexResponse m) {
                fields.index = m.index();
                fields.entries = List.of(Entry.normal(0, 0, m.context().getBytes(StandardCharsets.UTF_8)));
            } else if (message instanceof Message.TransferLeadership m) {
                fields.from = m.transferee();
            } else if (message instanceof Message.Propose m) {
                fields.entries = m.entries();
            } else if (message instanceof Message.StorageAppend m) {
                fields.commit = m.hardState().commit();
                fields.vote = m.hardState().vote();
                fields.entries = m.entries();
                fields.snapshot = m.snapshot();
                fields.responses = m.responses();
            } else if (message instanceof Message.StorageAppendResponse m) {
                fields.logTerm = m.logTerm();
                fields.index = m.index();
                fields.snapshot = m.snapshot();
            } else if (message instanceof Message.StorageApply m) {
                fields.entries = m.entries();
                fields.responses = m.responses();
            } else if (message instanceof Message.StorageApplyResponse m) {
                fields.entries = m.entries();
            }
            return fields;
        }
    }

    static String type(Message message) {
        return switch (message.getClass().getSimpleName()) {
            case "AppendEntries" -> "MsgApp";
            case "AppendEntriesResponse" -> "MsgAppResp";
            case "Heartbeat" -> "MsgHeartbeat";
            case "HeartbeatResponse" -> "MsgHeartbeatResp";
            case "RequestVote" -> "MsgVote";
            case "RequestVoteResponse" -> "MsgVoteResp";
            case "RequestPreVote" -> "MsgPreVote";
            case "RequestPreVoteResponse" -> "MsgPreVoteResp";
            case "InstallSnapshot" -> "MsgSnap";
            case "ReadIndex" -> "MsgReadIndex";
            case "ReadIndexResponse" -> "MsgReadIndexResp";
            case "TimeoutNow" -> "MsgTimeoutNow";
            case "TransferLeadership" -> "MsgTransferLeader";
            case "Committed" -> "MsgCommitted";
            case "Propose" -> "MsgProp";
            case "StorageAppend" -> "MsgStorageAppend";
            case "StorageAppendResponse" -> "MsgStorageAppendResp";
            case "StorageApply" -> "MsgStorageApply";
            case "StorageApplyResponse" -> "MsgStorageApplyResp";
            default -> throw new IllegalArgumentException(message.toString());
        };
    }

    private static String target(long id) {
        if (id == Message.APPEND_THREAD) {
            return "AppendThread";
        }
        return id == Message.APPLY_THREAD ? "ApplyThread" : Long.toHexString(id);
    }

    static String hardState(HardState state) {
        return "Term:" + state.term() + (state.vote() == 0 ? "" : " Vote:" + state.vote()) + " Commit:"
                + state.commit();
    }

    static String role(Role role) {
        return switch (role) {
            case LEADER -> "StateLeader";
            case FOLLOWER -> "StateFollower";
            case CANDIDATE -> "StateCandidate";
            case PRE_CANDIDATE -> "StatePreCandidate";
        };
    }

    static String snapshot(Snapshot snapshot) {
        SnapshotMetadata metadata = snapshot.metadata();
        ConfState state = metadata.confState();
        return "Index:" + metadata.index() + " Term:" + metadata.term() + " ConfState:Voters:" + ids(state.voters())
                + " VotersOutgoing:" + ids(state.votersOutgoing()) + " Learners:" + ids(state.learners())
                + " LearnersNext:" + ids(state.learnersNext()) + " AutoLeave:" + state.autoLeave();
    }

    private static String ids(List<Long> ids) {
        return ids.stream().map(String::valueOf).collect(Collectors.joining(" ", "[", "]"));
    }

    static String entries(List<Entry> entries) {
        return entries.stream().map(entry -> entry(entry) + "\n").collect(Collectors.joining());
    }

    static String entry(Entry entry) {
        String place = entry.term() + "/" + entry.index();
        if (entry.type() == EntryType.NORMAL) {
            return place + " EntryNormal " + quoted(entry.data());
        }
        String type = entry.type() == EntryType.CONF_CHANGE ? "EntryConfChange" : "EntryConfChangeV2";
        String changes = ConfChange.decode(entry).changes().stream()
                .map(change -> " " + letter(change.kind()) + change.nodeId())
                .collect(Collectors.joining());
        return place + " " + type + changes;
    }

    private static char letter(Kind kind) {
        return switch (kind) {
            case ADD_VOTER -> 'v';
            case ADD_LEARNER -> 'l';
            case REMOVE -> 'r';
            case UPDATE -> 'u';
        };
    }

    /** Such as {@code v1 l2 r3 u4}. */
    static List<Change> parseChanges(String text) {
        List<Change> changes = new ArrayList<>();
        for (String word : text.strip().split("\\s+")) {
            if (!word.isEmpty()) {
                Kind kind = switch (word.charAt(0)) {
                    case 'v' -> Kind.ADD_VOTER;
                    case 'l' -> Kind.ADD_LEARNER;
                    case 'r' -> Kind.REMOVE;
                    case 'u' -> Kind.UPDATE;
                    default -> throw new IllegalArgumentException("unknown input: " + word);
                };
                changes.add(new Change(kind, Long.parseLong(word.substring(1))));
            }
        }
        return changes;
    }

    static String progress(Map<Long, Progress> members) {
        return members.entrySet().stream()
                .map(member -> peer(member.getKey(), Raft.describe(member.getValue())))
                .collect(Collectors.joining());
    }

    static String peer(long id, RaftStatus.Peer peer) {
        StringBuilder text = new StringBuilder()
                .append(id)
                .append(": ")
                .append(state(peer.state()))
                .append(" match=")
                .append(peer.matchIndex())
                .append(" next=")
                .append(peer.nextIndex());
        if (peer.learner()) {
            text.append(" learner");
        }
        if (peer.paused()) {
            text.append(" paused");
        }
        if (peer.pendingSnapshot() > 0) {
            text.append(" pendingSnap=").append(peer.pendingSnapshot());
        }
        if (!peer.recentActive()) {
            text.append(" inactive");
        }
        if (peer.inflightMessages() > 0) {
            text.append(" inflight=").append(peer.inflightMessages());
            if (peer.inflightFull()) {
                text.append("[full]");
            }
        }
        return text.append('\n').toString();
    }

    private static String state(ProgressState state) {
        return switch (state) {
            case PROBE -> "StateProbe";
            case REPLICATE -> "StateReplicate";
            case SNAPSHOT -> "StateSnapshot";
        };
    }

    private static String quoted(byte[] data) {
        StringBuilder text = new StringBuilder("\"");
        for (char c : new String(data, StandardCharsets.UTF_8).toCharArray()) {
            switch (c) {
                case '"' -> text.append("\\\"");
                case '\\' -> text.append("\\\\");
                case '\n' -> text.append("\\n");
                case '\t' -> text.append("\\t");
                default -> text.append(c);
            }
        }
        return text.append('"').toString();
    }

    private static String bytes(String context) {
        List<String> values = new ArrayList<>();
        for (byte value : context.getBytes(StandardCharsets.UTF_8)) {
            values.add(Integer.toString(Byte.toUnsignedInt(value)));
        }
        return values.stream().collect(Collectors.joining(" ", "[", "]"));
    }
}
