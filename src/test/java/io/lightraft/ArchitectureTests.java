package io.lightraft;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.conditions.ArchConditions.be;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.NullMarked;

/** The arrows between the packages, as ARCHITECTURE.md draws them. */
@AnalyzeClasses(packages = "io.lightraft", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTests {

    private static final String ROOT = "io.lightraft.";
    private static final List<String> PACKAGES = List.of(
            "raft", "storage", "transport", "node", "sql", "server.tcp", "server.http", "server.admin", "config");

    @ArchTest
    static final ArchRule raftKnowsNoOtherPackage = onlyKnows("raft");

    @ArchTest
    static final ArchRule storageKnowsRaft = onlyKnows("storage", "raft");

    @ArchTest
    static final ArchRule transportKnowsRaft = onlyKnows("transport", "raft");

    @ArchTest
    static final ArchRule nodeKnowsRaftStorageAndTransport = onlyKnows("node", "raft", "storage", "transport");

    /** Raft only for the membership that the node's ports carry. */
    @ArchTest
    static final ArchRule sqlKnowsTheNodesPorts = onlyKnows("sql", "node", "raft");

    @ArchTest
    static final ArchRule tcpServerKnowsSqlAndNode = onlyKnows("server.tcp", "sql", "node");

    @ArchTest
    static final ArchRule httpServerKnowsSqlAndNode = onlyKnows("server.http", "sql", "node");

    @ArchTest
    static final ArchRule adminServerKnowsSqlAndNode = onlyKnows("server.admin", "sql", "node", "raft");

    /** No clock, thread, logger, I/O or framework: the same inputs give the same outputs. */
    @ArchTest
    static final ArchRule raftKnowsOnlyTheLanguageAndItsCollections = classes()
            .that()
            .resideInAPackage(ROOT + "raft..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    ROOT + "raft..",
                    "java.lang",
                    "java.lang.annotation",
                    "java.lang.invoke",
                    "java.lang.runtime",
                    "java.nio",
                    "java.util",
                    "java.util.function",
                    "java.util.stream",
                    "org.jspecify.annotations")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule raftAsksNoClockThreadOrChance = noClasses()
            .that()
            .resideInAPackage(ROOT + "raft..")
            .should()
            .dependOnClassesThat(describe(
                    "bring in time, threads, the process or the outside",
                    (JavaClass type) -> Set.of(
                                    "java.lang.Thread",
                                    "java.lang.ThreadLocal",
                                    "java.lang.Runtime",
                                    "java.lang.Process",
                                    "java.lang.ProcessBuilder",
                                    "java.lang.ProcessHandle",
                                    "java.lang.System$Logger",
                                    "java.util.Timer",
                                    "java.util.TimerTask",
                                    "java.util.Date",
                                    "java.util.Calendar",
                                    "java.util.Scanner",
                                    "java.util.ServiceLoader",
                                    "java.util.ResourceBundle",
                                    "java.util.Properties")
                            .contains(type.getName())))
            .orShould()
            .accessTargetWhere(describe(
                    "its target is the clock, chance or the environment",
                    access -> isForbidden(access.getTarget().getFullName())))
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule onlySqlAndStorageUseJdbc = noClasses()
            .that()
            .resideOutsideOfPackages(ROOT + "sql..", ROOT + "storage..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("java.sql..", "javax.sql..", "org.sqlite..", "org.springframework.jdbc..")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule onlyTransportUsesOkHttp = noClasses()
            .that()
            .resideOutsideOfPackage(ROOT + "transport..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("okhttp3..", "okio..", "kotlin..")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule noPackagesDependOnEachOtherInCircles =
            slices().matching(ROOT + "(*)..").should().beFreeOfCycles().allowEmptyShould(true);

    @ArchTest
    static final ArchRule everyPackageIsNullMarked = classes()
            .should(be(describe(
                    "in a package that is @NullMarked",
                    (JavaClass type) -> type.getPackage().isAnnotatedWith(NullMarked.class))));

    private static ArchRule onlyKnows(String subject, String... known) {
        Set<String> allowed = Set.of(known);
        String[] forbidden = PACKAGES.stream()
                .filter(name -> !name.equals(subject) && !allowed.contains(name))
                .map(name -> ROOT + name + "..")
                .toArray(String[]::new);
        return noClasses()
                .that()
                .resideInAPackage(ROOT + subject + "..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(forbidden)
                .allowEmptyShould(true);
    }

    /** A Random is welcome when its seed is given. */
    private static boolean isForbidden(String target) {
        return target.startsWith("java.lang.System.")
                        && !target.startsWith("java.lang.System.arraycopy(")
                        && !target.startsWith("java.lang.System.identityHashCode(")
                || Set.of(
                                "java.lang.Math.random()",
                                "java.lang.StrictMath.random()",
                                "java.util.Random.<init>()",
                                "java.util.SplittableRandom.<init>()",
                                "java.util.UUID.randomUUID()",
                                "java.util.Collections.shuffle(java.util.List)")
                        .contains(target);
    }
}
