"""Which of template.yaml's alarms would have heard of it."""

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from tests.support.doors import Answer
from tests.support.template import folder, resources


@dataclass
class Heard:
    """What the cloud counts, gathered while a test runs."""

    answers: list[Answer] = field(default_factory=list)
    dead_letters: dict[str, int] = field(default_factory=dict)
    """Messages by the logical id of their queue."""
    stuck: set[str] = field(default_factory=set)
    """Doors whose stream stands still, because they gave a record back or died with it."""
    printed: str = ""
    """What the doors wrote to their log."""

    def alarms(self) -> set[str]:
        """The logical ids of the alarms whose metric has moved."""
        all_of_them = resources("AWS::CloudWatch::Alarm").items()
        return {name for name, alarm in all_of_them if self._has_moved(alarm)}

    def _has_moved(self, alarm: dict[str, Any]) -> bool:
        if "Metrics" in alarm:
            parts = [
                each["MetricStat"]["Metric"] for each in alarm["Metrics"] if "MetricStat" in each
            ]
            return any(self._has_moved(part) for part in parts)
        where, metric = alarm["Namespace"], alarm["MetricName"]
        dimensions = {each["Name"]: each["Value"] for each in alarm.get("Dimensions", [])}
        match where, metric:
            case "AWS/ApiGateway", "5xx":
                return any(answer.status >= 500 for answer in self.answers)
            case "AWS/SQS", "ApproximateNumberOfMessagesVisible":
                return self.dead_letters.get(dimensions["QueueName"]["Fn::GetAtt"][0], 0) > 0
            case "AWS/Lambda", "IteratorAge":
                return folder(dimensions["FunctionName"]["Ref"]) in self.stuck
            case {"Fn::Sub": "Portico/${AWS::StackName}"}, name:
                return self.counted()[dimensions["service"], name] > 0
        return False

    def counted(self) -> Counter[tuple[str, str]]:
        """The doors' own metrics, by door and name, as they stand in the log (EMF)."""
        found: Counter[tuple[str, str]] = Counter()
        for line in self.printed.splitlines():
            if not line.startswith('{"_aws"'):
                continue
            content = json.loads(line)
            for directive in content["_aws"]["CloudWatchMetrics"]:
                for metric in directive["Metrics"]:
                    name = metric["Name"]
                    found[content.get("service", ""), name] += int(sum(content[name]))
        return found
