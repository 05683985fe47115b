<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="en">
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
</TS>
