<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="en">
<context>
    <name>strata::ui::CanvasTools</name>
    <message numerus="yes">
        <source>Copied as DOT: %Ln node(s)</source>
        <translation>
            <numerusform>Copied as DOT: %Ln node</numerusform>
            <numerusform>Copied as DOT: %Ln nodes</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>strata::ui::DashboardPage</name>
    <message numerus="yes">
        <source>With the decisions on %Ln node(s); the line marks the coverage before. Click to find these nodes.</source>
        <translation>
            <numerusform>With the decisions on %Ln node; the line marks the coverage before. Click to find it.</numerusform>
            <numerusform>With the decisions on %Ln nodes; the line marks the coverage before. Click to find these nodes.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%1 · %Ln orphan(s)</source>
        <translation>
            <numerusform>%1 · %Ln orphan</numerusform>
            <numerusform>%1 · %Ln orphans</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>and %Ln more module(s)</source>
        <translation>
            <numerusform>and %Ln more module</numerusform>
            <numerusform>and %Ln more modules</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>and %Ln more parameter(s)</source>
        <translation>
            <numerusform>and %Ln more parameter</numerusform>
            <numerusform>and %Ln more parameters</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>and %Ln more operator(s)</source>
        <translation>
            <numerusform>and %Ln more operator</numerusform>
            <numerusform>and %Ln more operators</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln node(s)</source>
        <translation>
            <numerusform>%Ln node</numerusform>
            <numerusform>%Ln nodes</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>strata::ui::FileChanges</name>
    <message numerus="yes">
        <source>%n file(s) have changed on disk: %1.</source>
        <translation>
            <numerusform>%n file has changed on disk: %1.</numerusform>
            <numerusform>%n files have changed on disk: %1.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>strata::ui::JobStrip</name>
    <message numerus="yes">
        <source>about %n second(s) left</source>
        <translation>
            <numerusform>about %n second left</numerusform>
            <numerusform>about %n seconds left</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>about %n minute(s) left</source>
        <translation>
            <numerusform>about %n minute left</numerusform>
            <numerusform>about %n minutes left</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>strata::ui::ReviewFeature</name>
    <message numerus="yes">
        <source>%Ln new decision(s) from %1.</source>
        <translation>
            <numerusform>%Ln new decision from %1.</numerusform>
            <numerusform>%Ln new decisions from %1.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln conflict(s) are listed in the review.</source>
        <translation>
            <numerusform>%Ln conflict is listed in the review.</numerusform>
            <numerusform>%Ln conflicts are listed in the review.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>strata::ui::ReviewPanel</name>
    <message numerus="yes">
        <source>Module %1, %Ln node(s)</source>
        <translation>
            <numerusform>Module %1, %Ln node</numerusform>
            <numerusform>Module %1, %Ln nodes</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln node(s)</source>
        <translation>
            <numerusform>%Ln node</numerusform>
            <numerusform>%Ln nodes</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>strata::ui::SearchBar</name>
    <message numerus="yes">
        <source>%Ln node(s)</source>
        <translation>
            <numerusform>%Ln node</numerusform>
            <numerusform>%Ln nodes</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>strata::ui::SideBySidePanel</name>
    <message numerus="yes">
        <source>%Ln difference(s)</source>
        <translation>
            <numerusform>%Ln difference</numerusform>
            <numerusform>%Ln differences</numerusform>
        </translation>
    </message>
</context>
</TS>
