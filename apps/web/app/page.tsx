export default function Home() {
  return <main>FleetLM</main>;
}
